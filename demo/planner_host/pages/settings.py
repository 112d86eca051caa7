"""Settings: the list of providers, and the form, the help and the test of each. For the administration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from starlette.responses import Response
from starlette.routing import Route

from mobility_hookspecs import MobilityProblem
from planner_host.planner import audit, planner_of
from planner_host.settings.fields import Setting, fields_of, is_changed, mistakes_of, tested_of, values_of
from planner_host.views.parts import Notice
from web_base.pages import Form, Page, Program, Refused, page_route

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

ROLES = ("admin",)


def routes(program: Program) -> list[Route]:
    """Return the routes of the settings."""
    return [
        page_route("/settings", show_providers, program, roles=ROLES),
        page_route("/settings/{provider}", show_settings, program, roles=ROLES),
        page_route("/settings/{provider}", save_settings, program, methods=["POST"], roles=ROLES),
        page_route("/settings/{provider}/check", check, program, methods=["POST"], roles=ROLES),
    ]


def show_providers(page: Page) -> Response:
    """List the providers, and those that did not load with the reason."""
    host = planner_of(page).host
    return page.render("settings_list.html", providers=host.providers, failures=host.failures)


def show_settings(page: Page) -> Response:
    """Show a provider's settings."""
    return _draw(page, _provider(page), said=page.query("done"))


def save_settings(page: Page) -> Response:
    """Save what was entered and show whether it works; what cannot be saved stays on the form, secrets aside."""
    planner, provider = planner_of(page), _provider(page)
    try:
        present = planner.host.settings(provider["id"], planner.site, locale=page.language.code)
        document: contract.ProviderSettings = {
            "provider": provider["id"],
            "site": planner.site,
            "values": values_of(fields_of(present), page.form),
        }
        report = planner.host.save_settings(document, locale=page.language.code)
    except MobilityProblem as failure:
        return _draw(page, provider, sent=page.form, problem=failure.problem)
    planner.filters.forget()
    outcome = outcome_of(report)
    errors = [each["code"] for each in report["findings"] if each["severity"] == "error"]
    audit(
        page, "settings", provider["id"], provider=provider["id"], outcome=outcome, code="".join(errors[:1])
    )
    return _draw(page, provider, sent=None if report["ok"] else page.form, report=report, said=outcome)


def outcome_of(report: contract.CheckReport) -> str:
    """Return what became of saving: what was saved stays saved when the check finds a mistake."""
    if report["ok"]:
        return "done"
    codes = {each["code"] for each in report["findings"]}
    return "refused" if "not_saved" in codes else "saved"


def check(page: Page) -> Response:
    """Test what is typed: where it differs from what is set, it is saved first."""
    planner, provider = planner_of(page), _provider(page)
    try:
        present = planner.host.settings(provider["id"], planner.site, locale=page.language.code)
    except MobilityProblem as failure:
        return _draw(page, provider, sent=page.form, problem=failure.problem)
    if page.form["beside"] and is_changed(present, page.form):
        return save_settings(page)
    report = planner.host.check(provider["id"], planner.site, locale=page.language.code)
    return _draw(page, provider, report=report, said="checked")


@dataclass(frozen=True, slots=True)
class SettingsView:
    """A provider's settings: the form, the help, and what became of saving or testing them.

    :ivar mistakes: what is wrong, by the name of a field.
    """

    title: str
    problem: Notice | None
    report: tuple[Notice, ...]
    can_be_set: bool
    fields: Sequence[Setting]
    mistakes: Mapping[str, str]
    help: str
    links: Sequence[contract.Link]


def _draw(
    page: Page,
    provider: contract.ProviderInfo,
    *,
    sent: Form | None = None,
    report: contract.CheckReport | None = None,
    problem: contract.Problem | None = None,
    said: str = "",
) -> Response:
    planner = planner_of(page)
    page.here = f"/settings/{provider['id']}"
    settings = cast("contract.ProviderSettings", {})
    try:
        settings = planner.host.settings(provider["id"], planner.site, locale=page.language.code)
    except MobilityProblem as failure:
        problem = problem or failure.problem
    fields = fields_of(settings, sent=sent) if settings else []
    mistakes = mistakes_of(fields, report=report, problem=problem)
    tested = tested_of(settings) if settings and said != "refused" else ""
    title = str(
        settings.get("schema", {}).get("title") or page.text("settings.of", provider=provider["name"])
    )
    lines = tuple(filter(None, [problem.get("detail", "")])) if problem else ()
    view = SettingsView(
        title=title,
        problem=Notice("bad", problem["title"], lines) if problem else None,
        report=_report(page, report, said, tested, leads=not mistakes) if report else (),
        can_be_set=bool(settings),
        fields=fields,
        mistakes=mistakes,
        help=settings.get("help", ""),
        links=settings.get("links", []),
    )
    return page.render("settings.html", view=view, zone=planner.zone)


def _report(
    page: Page, report: contract.CheckReport, said: str, tested: str, *, leads: bool
) -> tuple[Notice, ...]:
    """Return one notice with the result, which says as well what was saved, and one for each warning."""
    is_good = report["ok"]
    checked = "checked.good" if is_good else "checked.bad"
    key = {"done": "tried.good", "saved": "tried.bad", "refused": "tried.refused"}.get(said, checked)
    lines = [
        _line(each)
        for each in report["findings"]
        if each["severity"] == ("info" if is_good else "error") and each["code"] not in ("saved", "not_saved")
    ]
    if said == "refused":
        lines.append(page.text("settings.not_tested"))
    elif tested:
        lines.append(page.text("settings.tested", values=tested))
    result = Notice("good" if is_good else "bad", page.text(f"settings.{key}"), tuple(lines), leads=leads)
    warnings = [each for each in report["findings"] if each["severity"] == "warning"]
    hints = [tuple(filter(None, [each.get("hint", "")])) for each in warnings]
    return (
        result,
        *(Notice("warning", each["message"], hint) for each, hint in zip(warnings, hints, strict=True)),
    )


def _line(finding: contract.CheckFinding) -> str:
    return " ".join(filter(None, (finding["message"], finding.get("hint", ""))))


def _provider(page: Page) -> contract.ProviderInfo:
    wanted = page.path("provider")
    for info in planner_of(page).host.providers:
        if info["id"] == wanted:
            return info
    raise Refused(404, "not_found")

"""Settings: the list of providers, and the form, the help and the test of each. For the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from starlette.responses import Response
from starlette.routing import Route

from mobility_hookspecs import MobilityProblem
from planner_host.planner import audit, planner_of
from planner_host.providers.settings_form import fields_of, is_changed, mistakes_of, tested_of, values_of
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
        document: contract.ProviderSettings = {
            "provider": provider["id"],
            "site": planner.site,
            "values": values_of(fields_of(_present(page, provider)), page.form),
        }
        report = planner.host.save_settings(document, locale=page.language.code)
    except MobilityProblem as failure:
        return _draw(page, provider, sent=page.form, problem=failure.problem)
    # Another address or token may have other classes and features.
    planner.filters.forget()
    outcome = outcome_of(report)
    code = next((each["code"] for each in report["findings"] if each["severity"] == "error"), "")
    audit(page, "settings", provider["id"], provider=provider["id"], outcome=outcome, code=code)
    return _draw(page, provider, sent=None if report["ok"] else page.form, report=report, said=outcome)


def outcome_of(report: contract.CheckReport) -> str:
    """Return what became of saving: what was saved stays saved when the check finds a mistake."""
    if report["ok"]:
        return "done"
    codes = {each["code"] for each in report["findings"]}
    return "refused" if "not_saved" in codes else "saved"


def check(page: Page) -> Response:
    """Test what is typed: where it differs from what is set, it is saved first.

    The contract tests nothing but what is saved, and a secret never comes back from a provider: a test that saved
    something only to try it could not restore what was there before.
    """
    planner, provider = planner_of(page), _provider(page)
    try:
        present = _present(page, provider)
    except MobilityProblem as failure:
        return _draw(page, provider, sent=page.form, problem=failure.problem)
    if page.form["beside"] and is_changed(present, page.form):
        return save_settings(page)
    report = planner.host.check(provider["id"], planner.site, locale=page.language.code)
    return _draw(page, provider, report=report, said="checked")


def _draw(
    page: Page,
    provider: contract.ProviderInfo,
    *,
    sent: Form | None = None,
    report: contract.CheckReport | None = None,
    problem: contract.Problem | None = None,
    said: str = "",
) -> Response:
    page.here = f"/settings/{provider['id']}"
    settings = cast("contract.ProviderSettings", {})
    try:
        settings = _present(page, provider)
    except MobilityProblem as failure:
        # What was refused says more than that the settings cannot be read either.
        problem = problem or failure.problem
    fields = fields_of(settings, sent=sent) if settings else []
    verdicts = {"done": "tried.good", "saved": "tried.bad", "refused": "tried.refused"}
    return page.render(
        "settings.html",
        title=settings.get("schema", {}).get("title") or page.text("settings.of", provider=provider["name"]),
        settings=settings,
        fields=fields,
        mistakes=mistakes_of(fields, report=report, problem=problem),
        tested=tested_of(settings) if settings and said != "refused" else "",
        report=report,
        verdict=verdicts.get(said, "checked.good" if report and report["ok"] else "checked.bad"),
        problem=problem,
        said=said,
        zone=planner_of(page).zone,
    )


def _present(page: Page, provider: contract.ProviderInfo) -> contract.ProviderSettings:
    planner = planner_of(page)
    return planner.host.settings(provider["id"], planner.site, locale=page.language.code)


def _provider(page: Page) -> contract.ProviderInfo:
    wanted = page.path("provider")
    for info in planner_of(page).host.providers:
        if info["id"] == wanted:
            return info
    raise Refused(404, "not_found")

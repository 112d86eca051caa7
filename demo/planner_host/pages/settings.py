"""Settings: the list of providers, and the form, the help and the test of each. For the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from mobility_hookspecs import MobilityProblem
from planner_host.pages import planner_of
from planner_host.settings.fields import fields_of, is_changed, mistakes_of, tested_of, values_of
from planner_host.storage.audit import Deed
from web_base.pages import (
    Form,
    Page,
    Program,
    Refused,
    page_route,
)

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

ROLES = ("admin",)


def routes(program: Program) -> list[Route]:
    """Give the routes of the settings."""
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
    assert page.user is not None  # noqa: S101  # the route asks for it
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
    planner.audit.note(
        Deed(
            planner.now(),
            page.user.name,
            "settings",
            provider["id"],
            provider["id"],
            outcome=outcome,
            code=next((each["code"] for each in report["findings"] if each["severity"] == "error"), ""),
        )
    )
    return _draw(page, provider, sent=None if report["ok"] else page.form, report=report, said=outcome)


def outcome_of(report: contract.CheckReport) -> str:
    """Say what became of saving: what was saved stays saved when the check finds a mistake."""
    if report["ok"]:
        return "done"
    codes = {each["code"] for each in report["findings"]}
    return "refused" if "not_saved" in codes else "saved"


def check(page: Page) -> Response:
    """Test what is typed: where it differs from what is set, it is saved and tested as one."""
    planner, provider = planner_of(page), _provider(page)
    try:
        present = planner.host.settings(provider["id"], planner.site, locale=page.language.code)
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
    planner = planner_of(page)
    page.here = f"/settings/{provider['id']}"
    settings: contract.ProviderSettings | None = None
    try:
        settings = planner.host.settings(provider["id"], planner.site, locale=page.language.code)
    except MobilityProblem as failure:
        problem = problem or failure.problem
    fields = fields_of(settings, sent=sent) if settings else []
    return page.render(
        "settings.html",
        provider=provider,
        settings=settings,
        fields=fields,
        mistakes=mistakes_of(fields, report=report, problem=problem),
        tested="" if settings is None or said == "refused" else tested_of(settings),
        report=report,
        problem=problem,
        said=said,
        zone=planner.zone,
    )


def _provider(page: Page) -> contract.ProviderInfo:
    wanted = page.path("provider")
    for info in planner_of(page).host.providers:
        if info["id"] == wanted:
            return info
    raise Refused(404, "not_found")

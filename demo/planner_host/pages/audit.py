"""The audit log: who booked, changed and cancelled what, and when. For the administration."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from mobility_hookspecs import ProblemCode, make_problem
from planner_host.planner import Planner, planner_of
from planner_host.storage.audit import AuditEntry
from web_base.pages import Page, Program, page_route

_KINDS: Final = {"done": "good", "refused": "bad", "saved": "warning", "unknown": "unknown"}


def routes(program: Program) -> list[Route]:
    """Return the routes of the audit page."""
    return [page_route("/audit", show_audit, program, roles=["admin"])]


def show_audit(page: Page) -> Response:
    """Show a page of the entries, newest first."""
    # A longer number is more than SQLite can count.
    asked = page.query("page")
    number = max(int(asked), 1) if asked.isdecimal() and len(asked) < 9 else 1
    planner = planner_of(page)
    entries, has_older = planner.audit.page(number)
    rows = [_row(page, planner, each) for each in entries]
    return page.render("audit.html", rows=rows, number=number, has_older=has_older)


def _row(page: Page, planner: Planner, entry: AuditEntry) -> dict[str, str]:
    """Return an entry as the table shows it. `code` is shown where there is no `reason`."""
    moment, zone = page.language.moment, planner.zone
    is_appointment = not entry.action.startswith(("settings", "account_", "password_"))
    saved = planner.records.appointment(entry.subject) if is_appointment else None
    # A code of a provider's own has no words here.
    is_known = entry.code in set(ProblemCode)
    reason = make_problem(entry.code, locale=page.language.code)["title"] if is_known else ""
    return {
        "when": moment(entry.at, zone),
        "user": entry.user,
        "action": page.text(f"audit.action.{entry.action}"),
        "outcome_kind": _KINDS[entry.outcome],
        "outcome": page.text(f"outcome.{entry.outcome}"),
        "reason": reason,
        "code": "" if reason else entry.code,
        "settled": page.text("audit.settled", when=moment(entry.settled_at, zone))
        if entry.settled_at
        else "",
        "subject": planner.provider_name(entry.provider) if entry.action == "settings" else entry.subject,
        "link": f"/appointments/{entry.subject}" if is_appointment else "",
        "begins": moment(saved.visit.start, saved.zone) if saved else "",
        "rental": entry.rental_id or "–",
    }

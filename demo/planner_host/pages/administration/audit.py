"""The audit log: who booked, changed and cancelled what, and when; filtered, and as a CSV. For the administration."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from mobility_hookspecs import ProblemCode, make_problem
from planner_host.planner import Planner, planner_of
from planner_host.storage.audit import FILTERS, AuditEntry, AuditFilter
from web_base.days import Mistyped, read_day
from web_base.pages import Page, Program, page_route

ROLES: Final = ("admin",)
_KINDS: Final = {
    "done": "good",
    "refused": "bad",
    "saved": "warning",
    "unknown": "unknown",
    "open": "warning",
    "partial": "bad",
}
_NO_APPOINTMENTS: Final = ("settings", "account_", "password_", "erasure", "retention")
_DAYS: Final = ("from", "to")
_COLUMNS: Final = (
    *("when", "who", "what", "outcome", "reason"),
    *("settled_at", "subject", "provider", "rental", "car"),
)
# Excel begins a formula with any of these.
_OF_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
_DELIMITERS: Final = {"de": ";", "en": ","}
"""What Excel takes for the end of a cell, in the language of its user."""


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """The filters as they were typed, what is wrong with them by field, and what they mean."""

    typed: Mapping[str, str]
    problems: Mapping[str, str]
    wanted: AuditFilter

    @property
    def address(self) -> str:
        """Return them as an address has them, what is empty left out."""
        return urlencode({name: text for name, text in self.typed.items() if text})


def routes(program: Program) -> list[Route]:
    """Return the routes of the audit page."""
    return [
        page_route("/audit", show_audit, program, roles=ROLES),
        page_route("/audit.csv", export_audit, program, roles=ROLES),
    ]


def show_audit(page: Page) -> Response:
    """Show a page of the entries, newest first."""
    # A longer number is more than SQLite can count.
    asked = page.query("page")
    number = max(int(asked), 1) if asked.isdecimal() and len(asked) < 9 else 1
    planner, query = planner_of(page), _query(page)
    entries, has_older = planner.audit.page(number, query.wanted)
    return page.render(
        "audit.html",
        rows=[_row(page, planner, each) for each in entries],
        number=number,
        has_older=has_older,
        query=query,
        address=query.address,
        users=planner.audit.known("user"),
        actions={each: page.text(f"audit.action.{each}") for each in planner.audit.known("action")},
        providers={each: planner.provider_name(each) for each in planner.audit.known("provider")},
    )


def export_audit(page: Page) -> Response:
    """Send the entries as a CSV that Excel opens: UTF-8 with its mark, cells ended as in the page's language."""
    planner, query = planner_of(page), _query(page)
    if query.problems:
        return page.go(f"/audit?{query.address}")
    name = f"{page.text('audit.file')}-{planner.now().astimezone(planner.zone):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(
        _parts(page, query.wanted), media_type="text/csv; charset=utf-8", headers=headers
    )


def _parts(page: Page, wanted: AuditFilter) -> Iterator[str]:
    yield "\ufeff" + _csv(page, [[page.text(f"audit.{name}") for name in _COLUMNS]])
    for entries in planner_of(page).audit.every(wanted):
        yield _csv(page, [_cells(page, each) for each in entries])


def _csv(page: Page, rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    guarded = ([f"'{cell}" if cell.startswith(_OF_FORMULAS) else cell for cell in row] for row in rows)
    csv.writer(text, delimiter=_DELIMITERS[page.language.code]).writerows(guarded)
    return text.getvalue()


def _cells(page: Page, entry: AuditEntry) -> list[str]:
    planner = planner_of(page)
    row = _row(page, planner, entry, is_exported=True)
    settled = _sortable(planner, entry.settled_at) if entry.settled_at else ""
    provider = planner.provider_name(entry.provider) if entry.provider else ""
    head = [_sortable(planner, entry.at), entry.user, row["action"], row["outcome"]]
    about = [row["subject"], provider, entry.rental_id, entry.title]
    return [*head, row["reason"] or row["code"], settled, *about]


def _sortable(planner: Planner, when: datetime) -> str:
    """Write a moment on the workshop's clock so that Excel takes it for one, in any language."""
    return f"{when.astimezone(planner.zone):%Y-%m-%d %H:%M:%S}"


def _query(page: Page) -> AuditQuery:
    typed = {name: page.query(name).strip()[:100] for name in (*FILTERS, *_DAYS)}
    planner, problems, times = planner_of(page), dict[str, str](), dict[str, datetime]()
    today = planner.now().astimezone(planner.zone).date()
    for name in (each for each in _DAYS if typed[each]):
        try:
            day = read_day(typed[name], today=today)
        except Mistyped as mistake:
            problems[name] = page.text(f"typed.{mistake.reason}")
        else:
            # The last day counts as a whole.
            day += timedelta(days=name == "to")
            times[name] = datetime.combine(day, time(), planner.zone).astimezone(UTC)
    texts = {name: typed[name] for name in FILTERS}
    return AuditQuery(typed, problems, AuditFilter(**texts, start=times.get("from"), end=times.get("to")))


def _row(page: Page, planner: Planner, entry: AuditEntry, *, is_exported: bool = False) -> dict[str, str]:
    """Return an entry as the table shows it. `code` is shown where there is no `reason`."""
    moment, zone = page.language.moment, planner.zone
    is_appointment = not entry.action.startswith(_NO_APPOINTMENTS)
    saved = planner.records.appointment(entry.subject) if is_appointment and not is_exported else None
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
        "subject": _subject(page, planner, entry),
        "link": _link(entry, is_appointment=is_appointment),
        "begins": moment(saved.visit.start, saved.zone) if saved else "",
        "rental": entry.rental_id or "–",
    }


def _subject(page: Page, planner: Planner, entry: AuditEntry) -> str:
    if entry.action == "settings":
        return planner.provider_name(entry.provider)
    if entry.action == "retention":
        months = int(entry.subject)
        return (
            page.language.count("privacy.months_kept", months) if months else page.text("privacy.months_off")
        )
    return entry.subject


def _link(entry: AuditEntry, *, is_appointment: bool) -> str:
    if entry.action == "erasure":
        return f"/privacy/{entry.subject}"
    return f"/appointments/{entry.subject}" if is_appointment else ""

"""The parts that views are made of: facts, notices, questions, forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final

from mobility_hookspecs import ProblemCode, make_problem
from planner_host.appointments.appointment import MANUAL_FIELDS
from planner_host.mobility.step import ProviderFailure
from web_base.names import lines_of
from web_base.pages import Page

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

Fact = tuple[str, tuple[str, ...]]
"""A label, and its lines."""

Hidden = tuple[tuple[str, str], ...]
"""Names and values of hidden fields."""

SETTINGS_CODES: Final = frozenset({"not_configured", "insecure_address", "account_changed", "not_authorised"})
"""Problems that only somebody who may open the settings can solve."""

_KINDS: Final = {"error": "bad", "warning": "warning", "info": "info"}
_FIELDS_OF_POINTERS: Final = {
    "/period/start": "start_date",
    "/period/end": "end_date",
    "/period": "start_date",
    "/end": "end_date",
}
"""Which field of the form a problem's pointer into the document belongs to."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A box with a message; `kind` is good, info, warning or bad. `leads` moves the focus to it.

    With a `button` it is a form as well.
    """

    kind: str
    title: str = ""
    lines: tuple[str, ...] = ()
    leads: bool = False
    id: str = ""
    button: str = ""
    action: str = ""
    hidden: Hidden = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Asks before something is done that cannot be undone; `back` is where "no" leads."""

    id: str
    action: str
    text: str
    yes: str
    back: str
    hidden: Hidden = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that was refused, and why."""

    action: str
    problem: contract.Problem

    def marked_fields(self, page: Page, action: str) -> dict[str, str]:
        """Return the field of an action's form that the problem is about, with the reason."""
        name = _FIELDS_OF_POINTERS.get(self.problem.get("pointer", ""), "")
        return {name: reason(page, self.problem)} if name and action == self.action else {}


@dataclass(frozen=True, slots=True)
class FormView:
    """The texts of a form, and what is wrong with which field.

    :ivar asks_which: the sides (`start`, `end`) whose time occurs twice on the wall clock.
    """

    values: Mapping[str, str] = field(repr=False)
    problems: Mapping[str, str]
    asks_which: frozenset[str]


def form_view(
    page: Page,
    values: Mapping[str, str],
    problems: Mapping[str, str],
    *,
    marked: Mapping[str, str] | None = None,
) -> FormView:
    """Fill in a form.

    :param problems: the key of a text for each field that could not be read.
    :param marked: fields that a provider has refused, with its reason.
    """
    texts = dict(marked or {}) | {name: page.text(key) for name, key in problems.items()}
    twice = {side for side in ("start", "end") if problems.get(f"{side}_time") == "typed.twice"}
    return FormView(values, texts, frozenset(twice))


def customer_facts(page: Page, customer: Mapping[str, object]) -> tuple[Fact, ...]:
    """Return what is known of a customer."""
    known = {name: str(customer.get(name) or "") for name in MANUAL_FIELDS}
    place = " ".join(_filled(known["postal_code"], known["city"]))
    phones = " · ".join(_filled(known["phone"], known["mobile"]))
    return filled_facts(
        (page.text("customer.name"), lines_of(customer)),
        (page.text("customer.address"), (known["street"], place)),
        (page.text("customer.phone"), (phones,)),
        (page.text("customer.email"), (known["email"],)),
    )


def filled_facts(*facts: tuple[str, Sequence[str]]) -> tuple[Fact, ...]:
    """Return the facts that have a line that is not empty."""
    return tuple((label, _filled(*lines)) for label, lines in facts if any(lines))


def _filled(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def with_prefix(texts: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return a customer's fields of a form, by the contract's names."""
    return {name: texts.get(f"{prefix}{name}", "") for name in MANUAL_FIELDS}


def moment(page: Page, text: str, zone: tzinfo) -> str:
    """Return an instant of the contract as the page writes it; the empty text stays empty."""
    return page.language.moment(datetime.fromisoformat(text), zone) if text else ""


def reason(page: Page, problem: contract.Problem) -> str:
    """Return in a sentence why something could not be done, and what somebody may do about it."""
    if problem["code"] in SETTINGS_CODES and page.user is not None and page.user.role != "admin":
        return f"{problem['title']} {page.text('problem.ask_administration')}"
    return problem.get("detail") or problem["title"]


def message_of(page: Page, notice: contract.Notice) -> str:
    """Return a provider's notice; one about the settings as `reason` words it."""
    if notice["code"] in SETTINGS_CODES:
        return reason(page, {**problem_of(page, notice["code"]), "detail": notice["message"]})
    return notice["message"]


def problem_of(page: Page, code: str) -> contract.Problem:
    """Return the problem of a code; one that the contract does not have is a provider's failure."""
    known = code if code in set(ProblemCode) else ProblemCode.PROVIDER_FAILED
    return make_problem(known, locale=page.language.code)


def provider_notice(page: Page, notice: contract.Notice) -> Notice:
    """Return a box with what a provider says."""
    return Notice(_KINDS[notice["severity"]], lines=(message_of(page, notice),))


def failure_notice(page: Page, failure: ProviderFailure) -> Notice:
    """Return a box for a provider that did not answer: what it knows is missing on the page."""
    title = page.text("step_4.provider_failed", provider=failure.name)
    return Notice("warning", title, (reason(page, failure.problem),))

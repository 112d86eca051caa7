"""What several views share: forms with their problems, and how a problem is worded for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mobility_hookspecs import ProblemCode, make_problem
from planner_host.appointments.appointment import MANUAL_FIELDS
from web_base.pages import Page

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

OF_ADMINISTRATION: Final = frozenset(
    {"not_configured", "insecure_address", "account_changed", "not_authorised"}
    | {"storage_failed", "provider_failed", "invalid_answer", "not_supported"}
)
"""Problems that no advisor can solve: what settings, files and programs are about."""

_FIELDS_OF_POINTERS: Final = {
    "/period/start": "start_date",
    "/period/end": "end_date",
    "/period": "start_date",
    "/end": "end_date",
}
"""Which field of the form a problem's pointer into the document belongs to."""


@dataclass(frozen=True, slots=True)
class FormView:
    """The texts of a form, and what is wrong with which field.

    :ivar asks_which: the sides (`start`, `end`) whose time occurs twice on the wall clock.
    """

    values: Mapping[str, str] = field(repr=False)
    problems: Mapping[str, str]
    asks_which: frozenset[str]

    def has_problem(self, prefix: str) -> bool:
        """Return whether something is wrong with a field whose name begins like this."""
        return any(name.startswith(prefix) for name in self.problems)


def form_view(
    page: Page,
    values: Mapping[str, str],
    problems: Mapping[str, str],
    refused: contract.Problem | None = None,
) -> FormView:
    """Fill in a form.

    :param problems: the key of a text for each field that could not be read.
    :param refused: why a provider has refused what the form asked for, which may be about a field.
    """
    texts = {name: page.text(key) for name, key in problems.items()}
    if refused and (name := _FIELDS_OF_POINTERS.get(refused.get("pointer", ""))):
        texts[name] = reason(page, refused)
    twice = {side for side in ("start", "end") if problems.get(f"{side}_time") == "typed.twice"}
    return FormView(values, texts, frozenset(twice))


def without_prefix(texts: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return a customer's fields of a form, by the contract's names."""
    return {name: texts.get(f"{prefix}{name}", "") for name in MANUAL_FIELDS}


def reason(page: Page, problem: contract.Problem) -> str:
    """Return in a sentence why something could not be done, and what somebody may do about it."""
    # "Renew the token" helps nobody who may not open the settings, and the path of a file nobody at the counter.
    if problem["code"] in OF_ADMINISTRATION and page.user is not None and page.user.role != "admin":
        return f"{problem['title']} {page.text('problem.ask_administration')}"
    return problem.get("detail") or problem["title"]


def message_of(page: Page, notice: contract.Notice) -> str:
    """Return a provider's notice; one for the administration as `reason` words it."""
    if notice["code"] in OF_ADMINISTRATION:
        return reason(page, {**problem_of(page, notice["code"]), "detail": notice["message"]})
    return notice["message"]


def problem_of(page: Page, code: str) -> contract.Problem:
    """Return the problem of a code; one that the contract does not have is a provider's failure."""
    known = code if code in set(ProblemCode) else ProblemCode.PROVIDER_FAILED
    return make_problem(known, locale=page.language.code)

"""From a reason to the contract's `problem`: the code, and a text in the call's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carloop_plugin.domain.failures import Reason
from carloop_plugin.messages import advice
from mobility_hookspecs.problems import make_problem

if TYPE_CHECKING:
    from mobility_schemas.documents import Problem


def problem_document(reason: Reason, locale: str) -> Problem:
    """Write the problem a person reads, and a program decides by."""
    detail = advice(reason.text, locale, dict(reason.params)) if reason.text else None
    return make_problem(reason.code, locale=locale, detail=detail, pointer=reason.pointer)

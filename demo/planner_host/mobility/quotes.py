"""What a change would cost, and whether it is possible, before a person decides."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from mobility_hookspecs import MobilityProblem
from planner_host.planner import Planner

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

TIMEOUT: Final = 2.0
log: Final = logging.getLogger(__name__)


def quote(change: contract.RentalChange, planner: Planner, *, locale: str) -> contract.RentalQuote | None:
    """Return a change's quote; None where its provider gives none, or does not answer.

    Whoever cannot be told the price may decide all the same: the provider answers the change itself.
    """
    if not planner.can(change["provider"], "quote"):
        return None
    try:
        return planner.host.quote(change, timeout=TIMEOUT, locale=locale)
    except MobilityProblem as problem:
        log.info("no quote from %s: %s", change["provider"], problem.problem["code"])
        return None

"""A quote as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from planner_host.views.days import brief
from planner_host.views.parts import reason
from web_base.languages import Language
from web_base.pages import Page

if TYPE_CHECKING:
    from mobility_schemas import documents as contract


@dataclass(frozen=True, slots=True)
class QuoteView:
    """What a change would cost; what is not known is an empty text.

    :ivar difference: how much more than now, with its sign; `until` how far the end could go.
    :ivar why: why it is not possible.
    """

    is_possible: bool = True
    price: str = ""
    difference: str = ""
    until: str = ""
    why: str = ""

    @property
    def is_known(self) -> bool:
        """Return whether there is anything to say."""
        return bool(self.price or self.until or self.why)


def quote_view(page: Page, quote: contract.RentalQuote | None, zone: ZoneInfo) -> QuoteView:
    """Write a quote; without one nothing is known, and the change may be possible."""
    if quote is None:
        return QuoteView()
    until, problem, price = quote.get("free_until"), quote.get("problem"), quote.get("price")
    return QuoteView(
        quote["possible"],
        page.language.money(price["amount"], price["currency"]) if price else "",
        signed(page.language, quote["difference"]) if "difference" in quote else "",
        brief(page.language, datetime.fromisoformat(until), zone) if until else "",
        reason(page, problem) if problem else "",
    )


def signed(language: Language, money: contract.Money) -> str:
    """Write how much more or less something costs: `+49,90 €`, `−49,90 €`, `±0,00 €`."""
    amount = Decimal(money["amount"])
    sign = "±" if not amount else "+" if amount > 0 else "\N{MINUS SIGN}"
    return sign + language.money(str(abs(amount)), money["currency"])

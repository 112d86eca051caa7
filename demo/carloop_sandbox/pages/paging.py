"""Show a long list page by page; how many pages there are is not counted, which a long history would make slow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from web_base.pages import Page

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Paged(Generic[Item]):
    """One page of a list; `number` counts from 1."""

    items: Sequence[Item]
    number: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list is asked for."""

    number: int
    size: int

    @property
    def values(self) -> dict[str, object]:
        """Give what `LIMIT :rows OFFSET :skipped` needs: one row more than is shown tells whether there is more."""
        return {"rows": self.size + 1, "skipped": (self.number - 1) * self.size}

    def of(self, items: Sequence[Item]) -> Paged[Item]:
        """Make a page of what was read so."""
        return Paged(items[: self.size], self.number, len(items) > self.size)


def read_slice(page: Page, *, size: int) -> Slice:
    """Read the page's number from form or address; whatever is none is the first."""
    number = page.form["page"] or page.query("page")
    return Slice(int(number) if number.isdecimal() and len(number) < 6 and int(number) else 1, size)

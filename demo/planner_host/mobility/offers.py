"""What a search found, of all providers in one list: exact matches first, then alternatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from planner_host.mobility.offer_form import FoundFor, found_for
from planner_host.mobility.options import (
    CARS,
    NO_VEHICLE,
    OptionsOfList,
    ShownOption,
    days_of,
    key_of,
    name_of,
)
from planner_host.planner import Planner
from planner_host.providers.filters import Choices
from planner_host.providers.stations import ShownStation, shown_stations
from web_base.languages import Language

if TYPE_CHECKING:
    from mobility_hookspecs import Failure
    from mobility_schemas import documents as contract

TIMEOUT: Final = 5.0

ORDERS: Final[Mapping[str, Callable[[ShownOption], tuple[Any, ...]]]] = {
    # What comes closest is the provider's to say: its order stays, of alternatives whatever their station is.
    "best": lambda each: (not each.is_exact, each.place if each.is_exact else 0),
    "price": lambda each: (not each.is_exact, each.amount is None, each.amount or 0, each.place),
    "station": lambda each: (not each.is_exact, each.place, each.amount is None, each.amount or 0),
}
"""How the list can be sorted; within each part, and stable."""


@dataclass(frozen=True, slots=True)
class Offers:
    """A search's result.

    :ivar options: those that match, then the alternatives.
    :ivar explanations: why a provider found nothing, as it says itself, by the provider's id.
    :ivar is_instead: whether alternatives of a refusal are among them, which stand first on the page.
    :ivar has_answer: whether any provider answered.
    :ivar counts: the key of the text that counts them.
    :ivar period: what was searched for; `days` is how many days the price is for.
    :ivar order: one of `ORDERS`; `own` the station that is the workshop's own, if that is known.
    """

    options: tuple[ShownOption, ...]
    total: int
    is_truncated: bool
    explanations: Mapping[str, str]
    failures: tuple[Failure, ...]
    found_for: FoundFor
    has_filters: bool
    is_instead: bool
    has_answer: bool
    counts: str
    period: contract.Period
    days: int
    order: str
    own: str
    stations: tuple[ShownStation, ...]

    @property
    def exact(self) -> list[ShownOption]:
        """Return the options that match."""
        return [each for each in self.options if each.is_exact]

    @property
    def alternatives(self) -> list[ShownOption]:
        """Return the options that are near."""
        return [each for each in self.options if not each.is_exact]

    @property
    def groups(self) -> list[tuple[str, list[ShownOption]]]:
        """Return the options under the ends of the keys of their headings; one without a heading is empty."""
        near, exact = ("alternatives", self.alternatives), ("rest" if self.is_instead else "", self.exact)
        return [each for each in ((near, exact) if self.is_instead else (exact, near)) if each[1]]

    @property
    def images(self) -> tuple[str, ...]:
        """Return the addresses of the pictures that are shown."""
        return tuple(sorted({option.image for option in self.options} - {""}))

    @property
    def taxes(self) -> tuple[str, ...]:
        """Return what is to be said of the tax: once for all prices where it is one text; none without prices."""
        return tuple({each.tax for each in self.options if each.price})

    @property
    def closed(self) -> frozenset[str]:
        """Return the sides at which no option's station is open; said once, and not of each."""
        sides = {each.closed for each in self.options if each.station}
        return frozenset.intersection(*map(frozenset, sides)) if sides else frozenset()

    def chosen(self, key: str) -> ShownOption | None:
        """Return the option of a key, if it is in the list."""
        return next((each for each in self.options if each.key == key), None)


def search(
    request: contract.MobilityRequest,
    planner: Planner,
    *,
    choices: Choices,
    language: Language,
    instead: Sequence[contract.MobilityOption] = (),
    order: str = "best",
    own: str = "",
) -> Offers:
    """Ask every provider what is free, and put their offers into one list, each once.

    :param instead: the alternatives that came with a refusal.
    :param order: one of `ORDERS`; `own` the station that comes first.
    """
    gathered = planner.host.mobility_options(request, timeout=TIMEOUT, locale=language.code)
    answers = list(gathered.answers.values())
    found = [option for answer in answers for option in answer["options"]]
    planner.found.append([*found, *instead])
    kinds = {option["kind"] for option in found if option["match"] == "exact"}
    order, period, filters = order if order in ORDERS else "best", request["period"], request["filters"]
    stations = shown_stations(choices.stations, own=own, period=period, language=language)
    show = OptionsOfList(planner, choices, language, frozenset(filters["features"]), stations).shown
    near = {each.key: each for each in map(show, instead)}
    options = [each for each in map(show, found) if each.key not in near]
    return Offers(
        tuple(sorted([*options, *near.values()], key=ORDERS[order])),
        total=sum(answer["total"] for answer in answers),
        is_truncated=any(answer["truncated"] for answer in answers),
        explanations={
            answer["provider"]: answer["explanation"]["message"]
            for answer in answers
            if "explanation" in answer and not answer["total"]
        },
        failures=gathered.failures,
        found_for=found_for(period, filters),
        has_filters=any(filters.values()),
        is_instead=bool(instead),
        has_answer=bool(answers),
        counts="offers.found" if kinds <= {*CARS} else "offers.found_all",
        period=period,
        days=days_of(period["start"], period["end"]),
        order=order,
        own=own,
        stations=stations,
    )


def title_of(key: str, planner: Planner) -> str:
    """Return what an option is called that was found lately, to be shown while its booking's outcome is unknown."""
    # A search finds hundreds, of which at most one is booked: so a title is made only when it is asked for.
    for options in reversed(tuple(planner.found)):
        for option in options:
            if key_of(option) == key:
                plate = option.get("vehicle", NO_VEHICLE).get("licence_plate", "")
                return ", ".join(filter(None, (name_of(option), plate)))
    return ""

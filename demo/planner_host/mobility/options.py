"""One offer of a provider, as the list shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, cast

from markupsafe import Markup, escape

from planner_host.mobility.silhouettes import silhouette_of
from planner_host.planner import Planner
from planner_host.providers.filters import Choices
from planner_host.providers.stations import ShownStation
from web_base.languages import Language
from web_base.security import origin_of

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

_A_DAY: Final = timedelta(days=1)
NO_VEHICLE: Final = cast("contract.Vehicle", {})
DIFFERENCES: Final = ("vehicle_class", "features", "period", "station")
"""What an alternative may differ in that has a text. That it is another vehicle needs none."""

ShownPrice: TypeAlias = tuple[Decimal | None, Markup, Markup, str]
"""A price as a number and in words, that of a day, and what is said of the tax."""

_NO_PRICE: Final[ShownPrice] = (None, Markup(), Markup(), "")
CARS: Final = ("rental_car", "courtesy_car")
"""The kinds that are counted as rental cars, and whose price is shown by the day, too."""


class ShownOption(NamedTuple):
    """One offer as the list shows it, which may hold hundreds: what is not known is an empty text.

    `key` names provider and option, as the form sends it; `line` says what kind of car it is, where, and whose;
    `place` is that of its station in the list of stations; `asked` are the features that were asked for, `features`
    all others; `a_day` is the price of a day, empty where it is the price; `tax` whether the price includes it;
    `closed` are the sides at which the station is closed; `image` is a picture's address that the page may load;
    `differs` are those of `DIFFERENCES` that it has. `line`, `price` and `a_day` are HTML: many options share
    them, and they are escaped once. A tuple, since it is made in a third of the time.
    """

    key: str
    title: str
    plate: str
    line: Markup
    station: str
    place: int
    asked: Sequence[str]
    features: str
    amount: Decimal | None
    price: Markup
    a_day: Markup
    tax: str
    closed: Sequence[str]
    silhouette: str
    image: str
    differs: Sequence[str]
    is_exact: bool


class OptionsOfList:
    """What the options of one list are drawn with. Of hundreds, many share price, class, station or features."""

    def __init__(
        self,
        planner: Planner,
        choices: Choices,
        language: Language,
        asked: frozenset[str],
        stations: Iterable[ShownStation],
    ) -> None:
        providers = planner.host.providers
        # Who offers a car says something only where there are several.
        self._names = {info["id"]: info["name"] for info in providers} if len(providers) > 1 else {}
        self._choices, self._language, self._asked = choices, language, asked
        self._stations = {each.id: (place, each) for place, each in enumerate(stations)}
        self._no_station = len(self._stations), None
        self._look_of, self._price_of = cache(self._look), cache(self._price)

    def shown(self, option: contract.MobilityOption) -> ShownOption:
        """Return an option as the list shows it."""
        vehicle, title, price, period = (
            option.get("vehicle", NO_VEHICLE),
            name_of(option),
            option.get("price"),
            option["period"],
        )
        class_id, station_id = vehicle.get("vehicle_class", ""), vehicle.get("station", "")
        kind, image, features = option["kind"], vehicle.get("image_url", ""), vehicle.get("features", ())
        names, asked = self._choices.features, self._asked
        place, station = self._stations.get(station_id, self._no_station)
        where = vehicle.get("station_name") or (station.name if station else station_id)
        line, silhouette = self._look_of(kind, class_id, where, option["provider"], "" if vehicle else title)
        days = days_of(period["start"], period["end"]) if kind in CARS else 1
        return ShownOption(
            key_of(option),
            title,
            vehicle.get("licence_plate", ""),
            line,
            station_id,
            place,
            [names.get(each, each) for each in features if each in asked] if asked else (),
            ", ".join([names.get(each, each) for each in features if each not in asked]),
            *(
                self._price_of(price["amount"], price["currency"], price["tax_included"], days)
                if price
                else _NO_PRICE
            ),
            station.closed if station else (),
            silhouette,
            # The host kit lets through what a host may show; what the policy cannot name would not be loaded.
            image if image and origin_of(image) else "",
            [each for each in option["differs"] if each in DIFFERENCES] if "differs" in option else (),
            option["match"] == "exact",
        )

    def _look(self, kind: str, class_id: str, where: str, provider: str, title: str) -> tuple[Markup, str]:
        """Return what kind of car it is, where, and whose, without what is the title already; and its silhouette."""
        class_name = self._choices.classes.get(class_id, class_id)
        parts = dict.fromkeys(
            (class_name or self._language.text(f"kind.{kind}"), where, self._names.get(provider, ""))
        )
        line = " · ".join(part for part in parts if part and part != title)
        return escape(line), silhouette_of(kind, class_id, class_name)

    def _price(self, amount: str, currency: str, is_with_tax: bool, days: int) -> ShownPrice:
        """Return a price as the list shows it."""
        money, text = self._language.money, self._language.text
        a_day = (
            text("price.a_day", price=money(f"{Decimal(amount) / days:.2f}", currency)) if days > 1 else ""
        )
        tax = text("price.with_tax" if is_with_tax else "price.without_tax")
        return Decimal(amount), escape(money(amount, currency)), escape(a_day), tax


@lru_cache(maxsize=64)
def days_of(start: str, end: str) -> int:
    """Return how many days a period takes, each of 24 hours begun."""
    lasts = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return max(1, -(-lasts // _A_DAY))


def key_of(option: contract.MobilityOption) -> str:
    """Return what names an option among those of all providers."""
    return f"{option['provider']}:{option['id']}"


def name_of(option: contract.MobilityOption) -> str:
    """Return make and model, or the title of what is no vehicle."""
    vehicle = option.get("vehicle")
    return f"{vehicle['make']} {vehicle['model']}" if vehicle else option["title"]

"""One offer of a provider, as the list shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, cast

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

_TAX: Final = {True: "price.with_tax", False: "price.without_tax"}
CARS: Final = ("rental_car", "courtesy_car")
"""The kinds that are counted as rental cars, and whose price is shown by the day, too."""


class ShownOption(NamedTuple):
    """One offer as the list shows it, which may hold hundreds: what is not known is an empty text.

    `key` names provider and option, as the form sends it; `line` says what kind of car it is, where, and whose;
    `asked` are the features that were asked for, `features` all others; `a_day` is the price of a day, empty where it
    is the price; `tax` whether the price includes it; `closed` are the sides at which the station is closed; `image` is
    a picture's address that the page may load; `differs` are those of `DIFFERENCES` that it has. A tuple, since it is
    made in a third of the time.
    """

    key: str
    title: str
    plate: str
    line: str
    station: str
    asked: Sequence[str]
    features: str
    amount: Decimal | None
    price: str
    a_day: str
    tax: str
    closed: Sequence[str]
    silhouette: str
    image: str
    differs: Sequence[str]
    is_exact: bool


class OptionsOfList:
    """What the options of one list are drawn with."""

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
        self._stations = {each.id: each for each in stations}

    def shown(self, option: contract.MobilityOption) -> ShownOption:
        """Return an option as the list shows it."""
        vehicle, title, price = option.get("vehicle", NO_VEHICLE), name_of(option), option.get("price")
        class_id, station_id = vehicle.get("vehicle_class", ""), vehicle.get("station", "")
        class_name = self._choices.classes.get(class_id, class_id)
        station = self._stations.get(station_id)
        kind = class_name or self._language.text(f"kind.{option['kind']}")
        where = vehicle.get("station_name") or (station.name if station else station_id)
        parts = (kind, where, self._names.get(option["provider"], ""))
        features, image = vehicle.get("features", ()), vehicle.get("image_url", "")
        return ShownOption(
            key=key_of(option),
            title=title,
            plate=vehicle.get("licence_plate", ""),
            line=" · ".join(dict.fromkeys(part for part in parts if part and part != title)),
            station=station_id,
            asked=self._choices.names_of_features(each for each in features if each in self._asked),
            features=", ".join(
                self._choices.names_of_features(each for each in features if each not in self._asked)
            ),
            amount=Decimal(price["amount"]) if price else None,
            price=self._language.money(price["amount"], price["currency"]) if price else "",
            a_day=self._a_day(option, price) if price and option["kind"] in CARS else "",
            tax=self._language.text(_TAX[price["tax_included"]]) if price else "",
            closed=station.closed if station else (),
            silhouette=silhouette_of(option["kind"], class_id, class_name),
            # The host kit lets through what a host may show; what the policy cannot name would not be loaded.
            image=image if image and origin_of(image) else "",
            differs=[each for each in option["differs"] if each in DIFFERENCES]
            if "differs" in option
            else (),
            is_exact=option["match"] == "exact",
        )

    def _a_day(self, option: contract.MobilityOption, price: contract.Money) -> str:
        days = days_of(option["period"]["start"], option["period"]["end"])
        amount = _divided(price["amount"], days) if days > 1 else ""
        return self._language.money(amount, price["currency"]) if amount else ""


# A list of hundreds has one period and few prices.
@lru_cache(maxsize=64)
def days_of(start: str, end: str) -> int:
    """Return how many days a period takes, each of 24 hours begun."""
    lasts = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return max(1, -(-lasts // _A_DAY))


@lru_cache(maxsize=1024)
def _divided(amount: str, days: int) -> str:
    return f"{Decimal(amount) / days:.2f}"


def key_of(option: contract.MobilityOption) -> str:
    """Return what names an option among those of all providers."""
    return f"{option['provider']}:{option['id']}"


def name_of(option: contract.MobilityOption) -> str:
    """Return make and model, or the title of what is no vehicle."""
    vehicle = option.get("vehicle")
    return f"{vehicle['make']} {vehicle['model']}" if vehicle else option["title"]

"""What a search found, of all providers in one list: exact matches first, then alternatives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from planner_host.mobility.form import FoundFor, found_for
from planner_host.mobility.silhouettes import silhouette_of
from planner_host.mobility.step import ProviderFailure
from planner_host.planner import Planner
from planner_host.providers.filters import Choices
from web_base.languages import Language
from web_base.security import origin_of

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

TIMEOUT: Final = 5.0
_NO_VEHICLE: Final = cast("contract.Vehicle", {})
DIFFERENCES: Final = ("vehicle_class", "features", "period", "station")
"""What an alternative may differ in that has a text. That it is another vehicle needs none."""


class ShownOption(NamedTuple):
    """One offer as the list shows it, which may hold hundreds: what is not known is an empty text.

    `key` names provider and option, as the form sends it; `line` says what kind of car it is, where, and whose;
    `tax` whether the price includes it; `image` is a picture's address that the page may load; `differs` are those
    of `DIFFERENCES` that it has. A tuple, since it is made in a third of the time.
    """

    key: str
    title: str
    plate: str
    line: str
    features: str
    price: str
    tax: str
    silhouette: str
    image: str
    differs: Sequence[str]
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a provider found nothing, as it says itself."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Offers:
    """A search's result. `is_instead` where alternatives of a refusal stand before it."""

    exact: tuple[ShownOption, ...]
    alternatives: tuple[ShownOption, ...]
    total: int
    is_truncated: bool
    explanations: tuple[Explained, ...] = ()
    failures: tuple[ProviderFailure, ...] = ()
    found_for: FoundFor | None = None
    has_filters: bool = False
    is_instead: bool = False

    @property
    def options(self) -> tuple[ShownOption, ...]:
        """Return all options, those that match before the alternatives."""
        return self.exact + self.alternatives

    @property
    def groups(self) -> list[tuple[str, tuple[ShownOption, ...]]]:
        """Return the options under the ends of the keys of their headings; one without a heading is empty."""
        near, exact = ("alternatives", self.alternatives), ("rest" if self.is_instead else "", self.exact)
        return [each for each in ((near, exact) if self.is_instead else (exact, near)) if each[1]]

    @property
    def has_prices(self) -> bool:
        """Return whether any of them has a price."""
        return any(option.price for option in self.options)

    @property
    def images(self) -> tuple[str, ...]:
        """Return the addresses of the pictures that are shown."""
        return tuple(sorted({option.image for option in self.options} - {""}))


def search(
    request: contract.MobilityRequest, planner: Planner, *, choices: Choices, language: Language
) -> Offers:
    """Ask every provider what is free, and put their offers into one list."""
    gathered = planner.host.mobility_options(request, timeout=TIMEOUT, locale=language.code)
    answers = list(gathered.answers.values())
    found = [option for answer in answers for option in answer["options"]]
    planner.titles.remember(found)
    filters = request["filters"]
    options = shown(found, planner, choices=choices, language=language)
    return Offers(
        *_by_match(options),
        found_for=found_for(request["period"], filters),
        has_filters=bool(filters["vehicle_classes"] or filters["features"]),
        total=sum(answer["total"] for answer in answers),
        is_truncated=any(answer["truncated"] for answer in answers),
        explanations=tuple(
            Explained(planner.provider_name(answer["provider"]), answer["explanation"]["message"])
            for answer in answers
            if "explanation" in answer and not answer["total"]
        ),
        failures=tuple(ProviderFailure.of(each, planner) for each in gathered.failures),
    )


def with_alternatives(
    offers: Offers,
    alternatives: Sequence[contract.MobilityOption],
    planner: Planner,
    *,
    choices: Choices,
    language: Language,
) -> Offers:
    """Put the alternatives of a refusal before what a search found, each option once."""
    planner.titles.remember(alternatives)
    instead = shown(alternatives, planner, choices=choices, language=language)
    keys = {option.key for option in instead}
    others = [option for option in offers.options if option.key not in keys]
    exact, near = _by_match([*others, *instead])
    return replace(offers, exact=exact, alternatives=near, is_instead=True)


def shown(
    options: Iterable[contract.MobilityOption], planner: Planner, *, choices: Choices, language: Language
) -> list[ShownOption]:
    """Prepare options for the list, in their order."""
    names = {info["id"]: info["name"] for info in planner.host.providers}
    taxes = {True: language.text("price.with_tax"), False: language.text("price.without_tax")}
    words = _Texts(names, choices.class_names, choices.feature_names, taxes, language)
    return [_shown(option, words) for option in options]


def _by_match(options: Iterable[ShownOption]) -> tuple[tuple[ShownOption, ...], tuple[ShownOption, ...]]:
    """Separate exact matches from alternatives."""
    exact: list[ShownOption] = []
    near: list[ShownOption] = []
    for option in options:
        (exact if option.is_exact else near).append(option)
    return tuple(exact), tuple(near)


@dataclass(frozen=True, slots=True)
class _Texts:
    """What providers, classes and features are called, by id; and what is said of a price with its tax or without."""

    names: Mapping[str, str]
    classes: Mapping[str, str]
    features: Mapping[str, str]
    taxes: Mapping[bool, str]
    language: Language


def _shown(option: contract.MobilityOption, words: _Texts) -> ShownOption:
    vehicle = option.get("vehicle", _NO_VEHICLE)
    class_id = vehicle.get("vehicle_class", "")
    class_name = words.classes.get(class_id, class_id)
    provider, price = option["provider"], option.get("price")
    parts = (
        class_name or words.language.text(f"kind.{option['kind']}"),
        vehicle.get("station"),
        words.names.get(provider, provider),
    )
    image = vehicle.get("image_url", "")
    return ShownOption(
        key=f"{provider}:{option['id']}",
        title=f"{vehicle['make']} {vehicle['model']}" if vehicle else option["title"],
        plate=vehicle.get("licence_plate", ""),
        line=" · ".join([part for part in parts if part]),
        features=" · ".join([words.features.get(each, each) for each in vehicle.get("features", ())]),
        price=words.language.money(price["amount"], price["currency"]) if price else "",
        tax=words.taxes[price["tax_included"]] if price else "",
        silhouette=silhouette_of(option["kind"], class_id, class_name),
        # The host kit lets through what a host may show; what the policy cannot name would not be loaded.
        image=image if image and origin_of(image) else "",
        differs=[each for each in option["differs"] if each in DIFFERENCES] if "differs" in option else (),
        is_exact=option["match"] == "exact",
    )

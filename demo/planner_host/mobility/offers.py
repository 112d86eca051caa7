"""What a search found, of all providers in one list: exact matches first, then alternatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from planner_host.mobility.offer_form import FoundFor, found_for
from planner_host.mobility.silhouettes import silhouette_of
from planner_host.planner import Planner
from planner_host.providers.filters import Choices
from web_base.languages import Language
from web_base.security import origin_of

if TYPE_CHECKING:
    from mobility_hookspecs import Failure
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
class Offers:
    """A search's result.

    :ivar options: those that match, then the alternatives.
    :ivar explanations: why a provider found nothing, as it says itself, by the provider's id.
    :ivar is_instead: whether alternatives of a refusal are among them, which stand first on the page.
    """

    options: tuple[ShownOption, ...]
    total: int
    is_truncated: bool
    explanations: Mapping[str, str]
    failures: tuple[Failure, ...]
    found_for: FoundFor
    has_filters: bool
    is_instead: bool

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
    def has_prices(self) -> bool:
        """Return whether the price of any is known."""
        return any(each.price for each in self.options)

    @property
    def images(self) -> tuple[str, ...]:
        """Return the addresses of the pictures that are shown."""
        return tuple(sorted({option.image for option in self.options} - {""}))


def search(
    request: contract.MobilityRequest,
    planner: Planner,
    *,
    choices: Choices,
    language: Language,
    instead: Sequence[contract.MobilityOption] = (),
) -> Offers:
    """Ask every provider what is free, and put their offers into one list, each once.

    :param instead: the alternatives that came with a refusal.
    """
    gathered = planner.host.mobility_options(request, timeout=TIMEOUT, locale=language.code)
    answers = list(gathered.answers.values())
    found = [option for answer in answers for option in answer["options"]]
    planner.found.append([*found, *instead])
    names = {info["id"]: info["name"] for info in planner.host.providers}
    show = partial(_shown, choices=choices, language=language, names=names)
    near = {each.key: each for each in map(show, instead)}
    options = [each for each in map(show, found) if each.key not in near]
    filters = request["filters"]
    return Offers(
        # The sort is stable: within each part the providers' own order stays.
        tuple(sorted([*options, *near.values()], key=lambda each: not each.is_exact)),
        total=sum(answer["total"] for answer in answers),
        is_truncated=any(answer["truncated"] for answer in answers),
        explanations={
            answer["provider"]: answer["explanation"]["message"]
            for answer in answers
            if "explanation" in answer and not answer["total"]
        },
        failures=gathered.failures,
        found_for=found_for(request["period"], filters),
        has_filters=bool(filters["vehicle_classes"] or filters["features"]),
        is_instead=bool(instead),
    )


def title_of(key: str, planner: Planner) -> str:
    """Return what an option is called that was found lately, to be shown while its booking's outcome is unknown."""
    # A search finds hundreds, of which at most one is booked: so a title is made only when it is asked for.
    for options in reversed(tuple(planner.found)):
        for option in options:
            if _key(option) == key:
                plate = option.get("vehicle", _NO_VEHICLE).get("licence_plate", "")
                return ", ".join(filter(None, (_title(option), plate)))
    return ""


def _shown(
    option: contract.MobilityOption, *, choices: Choices, language: Language, names: Mapping[str, str]
) -> ShownOption:
    vehicle = option.get("vehicle", _NO_VEHICLE)
    class_id = vehicle.get("vehicle_class", "")
    class_name = choices.classes.get(class_id, class_id)
    provider, price, image = option["provider"], option.get("price"), vehicle.get("image_url", "")
    kind = class_name or language.text(f"kind.{option['kind']}")
    parts = (kind, vehicle.get("station"), names.get(provider, provider))
    return ShownOption(
        key=_key(option),
        title=_title(option),
        plate=vehicle.get("licence_plate", ""),
        line=" · ".join([part for part in parts if part]),
        features=" · ".join(choices.names_of_features(vehicle.get("features", ()))),
        price=language.money(price["amount"], price["currency"]) if price else "",
        tax=language.text("price.with_tax" if price["tax_included"] else "price.without_tax")
        if price
        else "",
        silhouette=silhouette_of(option["kind"], class_id, class_name),
        # The host kit lets through what a host may show; what the policy cannot name would not be loaded.
        image=image if image and origin_of(image) else "",
        differs=[each for each in option["differs"] if each in DIFFERENCES] if "differs" in option else (),
        is_exact=option["match"] == "exact",
    )


def _key(option: contract.MobilityOption) -> str:
    return f"{option['provider']}:{option['id']}"


def _title(option: contract.MobilityOption) -> str:
    vehicle = option.get("vehicle")
    return f"{vehicle['make']} {vehicle['model']}" if vehicle else option["title"]

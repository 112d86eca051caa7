"""What a search found, of all providers in one list: the fitting first, then what comes near."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from demo_base.security import origin_of
from planner_host.filters import Choices
from planner_host.planner import Planner
from planner_host.silhouettes import silhouette_of
from planner_host.step import ShownFailure

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

TIMEOUT: Final = 5.0


@dataclass(frozen=True, slots=True)
class ShownOption:
    """One offer as the list shows it.

    `key` names provider and option, as the form sends it; `image` is a picture's address that the page may load.
    """

    key: str
    name: str
    option: contract.MobilityOption
    vehicle_class: str
    features: tuple[str, ...]
    silhouette: str
    image: str = ""

    @property
    def is_exact(self) -> bool:
        """Tell whether it is what was asked for."""
        return self.option["match"] == "exact"


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a provider's list is as short as it is, in its own words."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Offers:
    """A search's result."""

    options: tuple[ShownOption, ...]
    total: int
    is_truncated: bool
    explanations: tuple[Explained, ...] = ()
    failures: tuple[ShownFailure, ...] = ()

    @property
    def exact(self) -> tuple[ShownOption, ...]:
        """Give the options that are what was asked for."""
        return tuple(option for option in self.options if option.is_exact)

    @property
    def alternatives(self) -> tuple[ShownOption, ...]:
        """Give the options that come near."""
        return tuple(option for option in self.options if not option.is_exact)

    @property
    def images(self) -> tuple[str, ...]:
        """Give the addresses of the pictures that are shown."""
        return tuple(sorted({option.image for option in self.options} - {""}))


def search(request: contract.MobilityRequest, planner: Planner, *, choices: Choices, locale: str) -> Offers:
    """Ask every provider what is free, and put their offers into one list."""
    gathered = planner.host.mobility_options(request, timeout=TIMEOUT, locale=locale)
    answers = list(gathered.answers.values())
    found = [option for answer in answers for option in answer["options"]]
    return Offers(
        options=shown(found, planner, choices=choices),
        total=sum(answer["total"] for answer in answers),
        is_truncated=any(answer["truncated"] for answer in answers),
        explanations=tuple(
            Explained(planner.provider_name(answer["provider"]), answer["explanation"]["message"])
            for answer in answers
            if "explanation" in answer and not answer["total"]
        ),
        failures=tuple(
            ShownFailure(planner.provider_name(failure.provider), failure.problem)
            for failure in gathered.failures
        ),
    )


def shown(
    options: Iterable[contract.MobilityOption], planner: Planner, *, choices: Choices
) -> tuple[ShownOption, ...]:
    """Prepare options for the list: the exact ones before the others, each provider's order kept."""
    classes, features = choices.class_names, choices.feature_names
    names = {info["id"]: info["name"] for info in planner.host.providers}
    prepared = [_shown(option, names, classes, features) for option in options]
    return tuple(sorted(prepared, key=lambda each: not each.is_exact))


def _shown(
    option: contract.MobilityOption,
    names: Mapping[str, str],
    classes: Mapping[str, str],
    features: Mapping[str, str],
) -> ShownOption:
    vehicle = option.get("vehicle")
    class_id = vehicle["vehicle_class"] if vehicle else ""
    class_name = classes.get(class_id, class_id)
    image = vehicle.get("image_url", "") if vehicle else ""
    return ShownOption(
        key=f"{option['provider']}:{option['id']}",
        name=names.get(option["provider"], option["provider"]),
        option=option,
        vehicle_class=class_name,
        features=tuple(features.get(each, each) for each in vehicle["features"]) if vehicle else (),
        silhouette=silhouette_of(option["kind"], class_id, class_name),
        # The host kit lets through what a host may show; what the policy cannot name would not be loaded.
        image=image if origin_of(image) else "",
    )

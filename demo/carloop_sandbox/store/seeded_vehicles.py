"""The vehicles of a new fleet, drawn from the models."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

from carloop_sandbox.store.fleet import CLASSES, EXTRAS, FEATURES, STATIONS, Model, read_models
from carloop_sandbox.units import money

_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class SeededVehicle:
    """A vehicle of a new fleet."""

    id: str
    station: str
    plate: str
    model: Model
    features: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """Return it as the interface writes it."""
        return {
            "id": self.id,
            "licence_plate": self.plate,
            "make": self.model.make,
            "model": self.model.name,
            "vehicle_class": self.model.vehicle_class,
            "features": list(self.features),
            "seats": self.model.seats,
            "fuel": self.model.fuel,
            "transmission": self.model.transmission,
            "station": self.station,
            "daily_rate": money(self.model.cents),
        }


def seeded_vehicles(count: int, chance: random.Random) -> Iterator[SeededVehicle]:
    """Draw vehicles, the classes in turn, so that a small fleet has some of each."""
    models = read_models()
    of_class = {each: [model for model in models if model.vehicle_class == each] for each in CLASSES}
    in_turn = {each: cycle(chance.sample(found, len(found))) for each, found in of_class.items()}
    taken: set[str] = set()
    for number, vehicle_class in enumerate(islice(cycle(CLASSES), count)):
        station = STATIONS[(number // len(CLASSES)) % len(STATIONS)]
        model = next(in_turn[vehicle_class])
        plate = _plate(station["district"], model.fuel, taken, chance)
        yield SeededVehicle(f"V{1001 + number}", station["id"], plate, model, _features(model, chance))


def _plate(district: str, fuel: str, taken: set[str], chance: random.Random) -> str:
    """Draw a licence plate that is not taken yet; electric cars carry an E, and no plate has over eight characters."""
    ending = "E" if fuel == "electric" else ""
    while True:
        letters = "".join(chance.choices(_LETTERS, k=2))
        plate = f"{district}-{letters} {chance.randint(1, 999 if ending else 9999)}{ending}"
        if plate not in taken:
            taken.add(plate)
            return plate


def _features(model: Model, chance: random.Random) -> tuple[str, ...]:
    has = {"klimaanlage", "winterreifen", *chance.sample(EXTRAS, chance.randint(1, 4))}
    if model.transmission == "automatic":
        has.add("automatik")
    if model.fuel == "electric":
        has.add("elektro")
    if model.all_wheel:
        has.add("allrad")
    return tuple(each for each in FEATURES if each in has)

"""The vehicles of a new fleet, drawn from the models."""

import json
import random
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any, Final

from carloop_sandbox.store.fleet import CLASSES, EXTRAS, FEATURES, STATIONS, read_models
from carloop_sandbox.units import money

Columns = dict[str, Any]

# without those that are read as a digit
_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"


def seeded_vehicles(count: int, chance: random.Random) -> Iterator[Columns]:
    """Draw rows of the table `vehicles`, the classes in turn, so that a small fleet has some of each."""
    models = read_models()
    of_class = {each: [model for model in models if model["vehicle_class"] == each] for each in CLASSES}
    in_turn = {each: cycle(chance.sample(found, len(found))) for each, found in of_class.items()}
    taken: set[str] = set()
    for number, vehicle_class in enumerate(islice(cycle(CLASSES), count)):
        station = STATIONS[(number // len(CLASSES)) % len(STATIONS)]
        model = next(in_turn[vehicle_class])
        plate = _plate(station["district"], model["fuel"], taken, chance)
        yield _row(f"V{1001 + number}", station["id"], plate, model, _features(model, chance))


def _row(id_: str, station: str, plate: str, model: Columns, features: list[str]) -> Columns:
    document = {
        "id": id_,
        "licence_plate": plate,
        "make": model["make"],
        "model": model["name"],
        "vehicle_class": model["vehicle_class"],
        "features": features,
        "seats": model["seats"],
        "fuel": model["fuel"],
        "transmission": model["transmission"],
        "station": station,
        "daily_rate": money(model["cents"]),
    }
    columns = {name: document[name] for name in ("id", "station", "vehicle_class", "licence_plate")}
    # kept as the interface writes it: a search joins these texts and parses none
    written = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return columns | {"daily_rate_cents": model["cents"], "document": written}


def _plate(district: str, fuel: str, taken: set[str], chance: random.Random) -> str:
    """Draw a licence plate that is not taken yet; electric cars carry an E, and no plate has over eight characters."""
    ending = "E" if fuel == "electric" else ""
    while True:
        letters = "".join(chance.choices(_LETTERS, k=2))
        plate = f"{district}-{letters} {chance.randint(1, 999 if ending else 9999)}{ending}"
        if plate not in taken:
            taken.add(plate)
            return plate


def _features(model: Columns, chance: random.Random) -> list[str]:
    has = {"klimaanlage", "winterreifen", *chance.sample(EXTRAS, chance.randint(1, 4))}
    if model["transmission"] == "automatic":
        has.add("automatik")
    if model["fuel"] == "electric":
        has.add("elektro")
    if model["all_wheel"] == "yes":
        has.add("allrad")
    return [each for each in FEATURES if each in has]

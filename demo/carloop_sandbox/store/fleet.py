"""Read what a new fleet is made of: `fleet.toml` and `models.csv`."""

import csv
import tomllib
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent
_DOCUMENT: Final[dict[str, Any]] = tomllib.loads((_FOLDER / "fleet.toml").read_text("utf-8"))

STATIONS: Final[list[dict[str, Any]]] = _DOCUMENT["stations"]
CLASSES: Final[dict[str, dict[str, str]]] = _DOCUMENT["classes"]
FEATURES: Final[dict[str, dict[str, str]]] = _DOCUMENT["features"]
"""Id to name by language, of a feature to its `group` too."""
NAMES: Final[dict[str, dict[str, str]]] = {**_DOCUMENT["groups"], **CLASSES, **FEATURES}
"""Id of a class, feature or group of features to its name by language."""
PEOPLE: Final[dict[str, list[Any]]] = _DOCUMENT["people"]

EXTRAS: Final = (
    *("anhaengerkupplung", "navigationssystem", "kindersitz"),
    *("sitzheizung", "einparkhilfe", "tempomat"),
)
"""Features that some vehicles of a model have and others not."""


def read_models() -> list[dict[str, Any]]:
    """Read the models of every class: the columns of `models.csv`, `seats` and `cents` (a day's rate) as numbers."""
    with (_FOLDER / "models.csv").open(encoding="utf-8", newline="") as file:
        return [row | {name: int(row[name]) for name in ("seats", "cents")} for row in csv.DictReader(file)]

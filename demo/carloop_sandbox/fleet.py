"""What a German dealer's rental fleet is made of: stations, classes, features, models, and people who do not exist."""

from dataclasses import dataclass
from typing import Final

_WEEK: Final = ["mon", "tue", "wed", "thu", "fri"]

STATIONS: Final = (
    (
        "karlsruhe",
        "Karlsruhe Mitte",
        "KA",
        [
            {"days": _WEEK, "opens": "07:30", "closes": "18:30"},
            {"days": ["sat"], "opens": "08:30", "closes": "13:00"},
        ],
    ),
    ("rastatt", "Rastatt", "RA", [{"days": _WEEK, "opens": "08:00", "closes": "18:00"}]),
    (
        "ettlingen",
        "Ettlingen",
        "KA",
        [
            {"days": _WEEK, "opens": "07:00", "closes": "17:30"},
            {"days": ["sat"], "opens": "09:00", "closes": "12:00"},
        ],
    ),
)
"""Id, name, what its licence plates begin with, opening hours (shown, not enforced)."""

CLASSES: Final = (
    ("kleinwagen", "Kleinwagen"),
    ("kompaktklasse", "Kompaktklasse"),
    ("mittelklasse", "Mittelklasse"),
    ("kombi", "Kombi"),
    ("suv", "SUV"),
    ("van", "Van (7 bis 9 Sitze)"),
    ("transporter", "Transporter"),
)

FEATURES: Final = (
    ("automatik", "Automatik", "Antrieb"),
    ("allrad", "Allrad", "Antrieb"),
    ("elektro", "Elektro", "Antrieb"),
    ("anhaengerkupplung", "Anhängerkupplung", "Ausstattung"),
    ("navigationssystem", "Navigationssystem", "Ausstattung"),
    ("kindersitz", "Kindersitz", "Ausstattung"),
    ("klimaanlage", "Klimaanlage", "Ausstattung"),
    ("sitzheizung", "Sitzheizung", "Ausstattung"),
    ("einparkhilfe", "Einparkhilfe", "Assistenz"),
    ("tempomat", "Tempomat", "Assistenz"),
    ("winterreifen", "Winterreifen", "Ausstattung"),
)
"""Id, name, group."""

EXTRAS: Final = (
    "anhaengerkupplung",
    "navigationssystem",
    "kindersitz",
    "sitzheizung",
    "einparkhilfe",
    "tempomat",
)
"""Features that some vehicles of a model have and others not."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model that the fleet may hold; `cents` is its daily rate."""

    vehicle_class: str
    make: str
    name: str
    seats: int
    fuel: str
    transmission: str
    cents: int
    all_wheel: bool = False


MODELS: Final = (
    Model("kleinwagen", "VW", "Polo", 5, "petrol", "manual", 3490),
    Model("kleinwagen", "Škoda", "Fabia", 5, "petrol", "manual", 3290),
    Model("kleinwagen", "Opel", "Corsa Electric", 5, "electric", "automatic", 3990),
    Model("kleinwagen", "Ford", "Fiesta", 5, "petrol", "manual", 3390),
    Model("kleinwagen", "Fiat", "500e", 4, "electric", "automatic", 3890),
    Model("kompaktklasse", "VW", "Golf", 5, "petrol", "automatic", 4990),
    Model("kompaktklasse", "VW", "ID.3", 5, "electric", "automatic", 5290),
    Model("kompaktklasse", "Opel", "Astra", 5, "plug_in_hybrid", "automatic", 4890),
    Model("kompaktklasse", "Ford", "Focus", 5, "petrol", "manual", 4590),
    Model("kompaktklasse", "BMW", "118i", 5, "petrol", "automatic", 5690),
    Model("mittelklasse", "BMW", "320d", 5, "diesel", "automatic", 7990),
    Model("mittelklasse", "Mercedes-Benz", "C 200", 5, "hybrid", "automatic", 8290),
    Model("mittelklasse", "Škoda", "Superb Limousine", 5, "diesel", "automatic", 6990),
    Model("mittelklasse", "Tesla", "Model 3", 5, "electric", "automatic", 7590),
    Model("kombi", "Škoda", "Octavia Combi", 5, "diesel", "manual", 5690),
    Model("kombi", "VW", "Passat Variant", 5, "diesel", "automatic", 6490),
    Model("kombi", "Audi", "A4 Avant quattro", 5, "diesel", "automatic", 7790, all_wheel=True),
    Model("kombi", "Ford", "Focus Turnier", 5, "petrol", "manual", 5290),
    Model("suv", "VW", "Tiguan 4MOTION", 5, "diesel", "automatic", 7290, all_wheel=True),
    Model("suv", "Škoda", "Enyaq", 5, "electric", "automatic", 7490),
    Model("suv", "BMW", "X1 xDrive", 5, "petrol", "automatic", 7690, all_wheel=True),
    Model("suv", "Opel", "Mokka", 5, "petrol", "manual", 5490),
    Model("van", "VW", "Multivan", 7, "diesel", "automatic", 9490),
    Model("van", "Ford", "Tourneo Custom", 9, "diesel", "manual", 8990),
    Model("van", "Mercedes-Benz", "EQV", 8, "electric", "automatic", 10990),
    Model("transporter", "Mercedes-Benz", "Sprinter", 3, "diesel", "manual", 8490),
    Model("transporter", "Ford", "Transit", 3, "diesel", "manual", 7990),
    Model("transporter", "VW", "Crafter", 3, "diesel", "automatic", 8690),
)

FIRST_NAMES: Final = (
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Elif",
    "Felix",
    "Greta",
    "Hannes",
    "Ida",
    "Jonas",
    "Leyla",
    "Max",
)
LAST_NAMES: Final = (
    "Musterfrau",
    "Beispiel",
    "Probst-Muster",
    "Testmann",
    "Niemand",
    "Platzhalter",
    "Vorlage",
    "Erfunden",
)
COMPANIES: Final = ("Muster Bau GmbH", "Beispiel & Söhne KG", "Platzhalter Logistik AG")
TOWNS: Final = (("76133", "Karlsruhe"), ("76437", "Rastatt"), ("76275", "Ettlingen"), ("76227", "Karlsruhe"))
STREETS: Final = ("Musterweg", "Beispielallee", "Am Platzhalter", "Testgasse")

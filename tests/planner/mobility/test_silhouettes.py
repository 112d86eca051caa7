"""The silhouette that stands in for a picture."""

import re

from planner_host.mobility.silhouettes import silhouette_of

from ..conftest import FOLDER

CLASSES = {
    "Kleinwagen": "small",
    "Economy": "small",
    "Kompaktklasse": "compact",
    "": "compact",
    "Mittelklasse": "sedan",
    "Kombi": "estate",
    "Geländewagen": "suv",
    "Transporter": "van",
    "Cabrio": "convertible",
}
KINDS = ["bike", "taxi", "transit", "other"]


def test_every_class_has_a_silhouette_that_is_drawn():
    """By its name, else by its id; what is no car by its kind, whatever class it names."""
    assert {name: silhouette_of("rental_car", "c-1", name) for name in CLASSES} == CLASSES
    assert silhouette_of("courtesy_car", "kombi", "Klasse C") == "estate"
    assert [silhouette_of(kind, "suv", "SUV") for kind in KINDS] == KINDS
    drawn = set(re.findall(r'id="(\w+)"', (FOLDER / "static" / "silhouettes.svg").read_text("utf-8")))
    assert {*CLASSES.values(), *KINDS} <= drawn

"""The silhouette that stands in for a picture."""

import re

import pytest

from planner_host.silhouettes import silhouette_of

from .conftest import FOLDER

CLASSES = {
    "small": ["Kleinwagen", "Economy"],
    "compact": ["Kompaktklasse", "Full size", ""],
    "sedan": ["Mittelklasse"],
    "estate": ["Kombi"],
    "suv": ["SUV", "Geländewagen"],
    "van": ["Transporter", "Kleinbus", "Minivan"],
    "convertible": ["Cabrio"],
}
KINDS = ["bike", "taxi", "transit", "other"]


@pytest.mark.parametrize(("silhouette", "names"), CLASSES.items())
def test_a_class_has_a_silhouette(silhouette, names):
    """By its name, in either language."""
    assert [silhouette_of("rental_car", "c-1", name) for name in names] == [silhouette] * len(names)


def test_what_has_no_telling_name_has_a_silhouette():
    """A class by its id; what is no car by its kind, whatever class it names."""
    assert silhouette_of("courtesy_car", "kombi", "Klasse C") == "estate"
    assert [silhouette_of(kind, "suv", "SUV") for kind in KINDS] == KINDS


def test_every_silhouette_is_drawn():
    """Each name is one of the file's."""
    drawn = set(re.findall(r'id="(\w+)"', (FOLDER / "static" / "silhouettes.svg").read_text("utf-8")))
    assert {*CLASSES, *KINDS} <= drawn

"""What stands in for a picture."""

import re

import pytest

from planner_host.silhouettes import silhouette_of

from .conftest import FOLDER

CLASSES = {
    "Kleinwagen": "small",
    "Kompaktklasse": "compact",
    "Mittelklasse": "sedan",
    "Kombi": "estate",
    "SUV": "suv",
    "Geländewagen": "suv",
    "Transporter": "van",
    "Kleinbus": "van",
    "Minivan": "van",
    "Cabrio": "convertible",
    "Economy": "small",
    "Full size": "compact",
    "": "compact",
}


@pytest.mark.parametrize(("name", "silhouette"), CLASSES.items())
def test_a_class_has_its_silhouette(name, silhouette):
    """By what it is called, in either language; a car of whatever else is compact."""
    assert silhouette_of("rental_car", "c-1", name) == silhouette


def test_a_class_is_known_by_its_id_as_well():
    """Where its name says nothing."""
    assert silhouette_of("courtesy_car", "kombi", "Klasse C") == "estate"


@pytest.mark.parametrize("kind", ["bike", "taxi", "transit", "other"])
def test_what_is_no_car_has_its_own(kind):
    """Whatever class it names."""
    assert silhouette_of(kind, "suv", "SUV") == kind


def test_every_silhouette_is_drawn():
    """Each name is one of the file's."""
    drawn = set(re.findall(r'id="(\w+)"', (FOLDER / "static" / "silhouettes.svg").read_text("utf-8")))
    assert {*CLASSES.values(), "bike", "taxi", "transit", "other"} <= drawn

"""The values of the port: their documents and reprs."""

from mobility_schemas import validate
from planner_host.dms import Car, DmsCustomer, Hit

from .conftest import HANS


def test_a_document_has_what_is_known():
    """Of a customer, with its source and number, and of a car."""
    bare = DmsCustomer("1", first_name="Eva", last_name="Abel", cars=(Car(make="VW"),))
    known = {"first_name": "Eva", "last_name": "Abel"}
    assert bare.document() == {"source": "dms", "number": "1", "kind": "person"} | known
    assert (bare.cars[0].document(), bare.name) == ({"make": "VW"}, "Abel, Eva")
    validate(bare.document(), "customer", closed=True)


def test_nothing_personal_is_in_a_repr():
    """What is printed or logged by mistake names nobody."""
    hit = Hit("10001", "Müller, Hans", "Köln", ("K-MU 123",))
    said = f"{HANS!r} {HANS.cars!r} {hit!r}"
    assert [each for each in ("10001", "Müller", "Köln", "K-MU", "WVW") if each in said] == []

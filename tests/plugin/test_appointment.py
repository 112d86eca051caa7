"""The DMS lock: the same customer is recognised however it is typed, another one is not, and nobody is kept."""

import pytest

from carloop_plugin.appointment import digest_customer, digest_number, remember
from carloop_plugin.store.rows import appointment_row

KEY = b"a key of the records"
APPOINTMENT = {
    "id": "A-1",
    "revision": 1,
    "status": "scheduled",
    "site": "main",
    "period": {"start": "2026-11-24T10:30:00+01:00", "end": "2026-11-25T10:30:00+01:00"},
    "time_zone": "Europe/Berlin",
    "customer": {"source": "dms", "number": "K-4711", "first_name": "Jörg", "last_name": "Canary-Müller"},
}


@pytest.mark.parametrize(
    "same",
    [
        {"first_name": "Jo\u0308rg"},
        {"first_name": "  Jörg "},
        {"last_name": "Canary-Müller\n"},
        {"email": ""},
        {"email": "  "},
    ],
    ids=["decomposed umlaut", "spaces around", "newline", "empty field", "blank field"],
)
def test_the_same_customer_is_recognised(same):
    """Empty fields are dropped, text is in NFC, white space is collapsed."""
    saved = remember(APPOINTMENT, key=KEY)
    assert saved.is_of(APPOINTMENT["customer"] | same)


@pytest.mark.parametrize(
    "other",
    [
        {"number": "K-4712"},
        {"source": "manual"},
        {"last_name": "Canary-Muller"},
        {"city": "Ulm"},
        {"first_name": "JÖRG"},
    ],
)
def test_another_customer_is_not(other):
    """Source and number belong to it: typed by hand is not a way around."""
    saved = remember(APPOINTMENT, key=KEY)
    assert not saved.is_of(APPOINTMENT["customer"] | other)


@pytest.mark.parametrize(
    ("saved", "asked", "expected"),
    [("4711", "4711", True), ("4711", "4712", False), ("Jo\u0308 1", " Jö  1", True)],
)
def test_a_number_is_recognised_by_its_digest(saved, asked, expected):
    """Erasing asks for numbers, in whatever way they are written, and no number is kept."""
    customer = APPOINTMENT["customer"] | {"number": saved}
    kept = remember(APPOINTMENT | {"customer": customer}, key=KEY)
    assert expected == (kept.number_digest == digest_number(asked, key=KEY))


@pytest.mark.parametrize("number", [{}, {"number": ""}, {"number": " "}])
def test_a_customer_without_a_number_is_found_by_none(number):
    """Not even by an empty one."""
    typed = {"source": "manual", "last_name": "Meier"} | number
    kept = remember(APPOINTMENT | {"customer": typed}, key=KEY)
    assert (kept.number_digest, digest_number(" ", key=KEY)) == ("", "")


def test_a_numbers_digest_tells_nothing_without_the_key():
    """Numbers are short and can be tried out one after the other, but not under a key that is not known."""
    digests = {digest_number("4711", key=key) for key in (KEY, b"another key" * 2)}
    assert len(digests) == 2


def test_a_customer_is_digested_as_ever():
    """The digest stands in records that outlive a version; in which order the fields came is nothing to it."""
    customer = {"source": "manual", "last_name": " Berg  Tal ", "first_name": "A\u0308nne", "city": ""}
    expected = "aa8968f560f90a753216523cf1a7a79839a0bd5c064369bfc1fd36aece00e2d5"
    for each in (customer, dict(reversed(customer.items()))):
        assert digest_customer(each, salt=b"0" * 16) == expected


def test_a_field_cannot_pass_for_another():
    """Moving a word from one field to the next is an alteration."""
    salt = b"0" * 16
    first = digest_customer({"first_name": "Anna Maria", "last_name": "Berg"}, salt=salt)
    assert first != digest_customer({"first_name": "Anna", "last_name": "Maria Berg"}, salt=salt)


def test_nothing_of_the_customer_is_kept():
    """Two appointments of one customer have a number's digest in common at most, and no name is in the row.

    The number has a letter that no hexadecimal digest has by chance.
    """
    rows = [appointment_row(remember(APPOINTMENT, key=KEY)) for _ in range(2)]
    assert rows[0]["customer_digest"] != rows[1]["customer_digest"]
    assert not any("Canary" in str(value) or "K-4711" in str(value) for value in rows[0].values())

"""Which customers a search finds, and in which order."""

import pytest

from planner_host.dms.search_index import LONGEST_SEARCH, plain


def numbers(dms, words, **more):
    """Search; return the numbers of the customers who were found."""
    return [hit.number for hit in dms.search(words, **more)]


# Of each customer what finds them alone.
ALONE = {
    "foreign letters": ("10004", ["lodz", "Łódź", "lucja wojcik"]),
    "sharp s": ("10007", ["strauss", "Strauß", "STRAUẞ"]),
    "umlauts": ("K-0815", ["oster", "oester", "baecker"]),
    "double name": ("10003", ["müller-lüd", "lüdenscheidt", "müllerlüdenscheidt"]),
    "several names": ("10006", ["von der heide", "heide hans-peter"]),
    "apostrophe": ("10008", ["d'angelo", "dangelo", "angelo"]),
    "company": ("K-0815", ["krüger & söhne", "gmbh & co kg bäck", "Øster Jörg"]),
    # the e that follows the umlaut of a plate is not taken for the umlaut's
    "plate with an umlaut": ("10005", ["FÜ-E 12E", "fue12", "füe12e", "FU E 12"]),
    "landline": ("10001", ["0221 4710", "02214710123", "4710123", "+49 (0)221 4710 123", "0049221471"]),
    "mobile": ("10001", ["0171 39200 05", "+4917139200", "müller +49 171"]),
    "number or postal code": ("10001", ["10001", "50667"]),
    "number filled up with zeros": ("0000017", ["0000017", "17"]),
    "number with letters": ("K-0815", ["k0815", "0815"]),
    # a shorter beginning is that of many cars
    "vehicle identification number": ("10001", ["WVWZZZAUZHP004711", "wvwzzz", "004711"]),
    "street": ("10001", ["hauptstr. 5", "Hauptstraße"]),
}

FIRST = {
    "umlaut": ["Hans Müller", "HANS MULLER", "hans Mu\u0308ller", "hans mueller", "hans mülle"],
    "order of words": ["muller hans", "  Müller,  Hans ", "köln hans mu", "h m k"],
    "plate": ["kmu123", "K-MU 123", "mu123", "müller k-mu 123"],
    "other signs": ["müller\0hans", "🚗 müller 🚗 hans", "müller%hans", '"müller" (hans)', "hans\nmüller"],
}


@pytest.mark.parametrize(("number", "typed"), ALONE.values(), ids=ALONE.keys())
def test_a_customer_is_found_alone(people, number, typed):
    """However names, plates and numbers are written, and as soon as enough of them is."""
    assert [words for words in typed if numbers(people, words) != [number]] == []


@pytest.mark.parametrize("typed", FIRST.values(), ids=FIRST.keys())
def test_a_customer_is_found_first(people, typed):
    """Every word begins a word of the customer's, in any order."""
    assert [words for words in typed if numbers(people, words)[:1] != ["10001"]] == []


NOBODY = (
    "müller hans xaver", "üller", "wvwzz", "", " ", "a", "%", "🚗🚗🚗", "\0\0\0", "\ud800\udfff", 'mu" OR 1=1 --',
    "'; DROP TABLE customers; --", "number:10001 NEAR(hans müller)", "mu* NOT hans", "%%%%ab", "ﷺ" * 200,
)  # fmt: skip


def test_nobody_is_found(people):
    """One word fits nobody, too little was typed, or it means something to SQL alone."""
    assert [words[:40] for words in NOBODY if people.search(words)] == []
    assert len(people.search("müller")) == 4


def test_names_come_before_everything_else(people):
    """Hans by name before Hansdorf, Müller before the Müllerweg, and a whole word before one that was begun."""
    assert numbers(people, "hans") == ["10001", "10006", "10010"]
    assert numbers(people, "müller") == ["10002", "10001", "10003", "10010"]
    assert numbers(people, "mull")[0] == "10010"


def test_a_hit_is_what_a_list_shows(people):
    """Number, name, city and the plates that are known; a company's contact; no more hits than asked for."""
    person, company = people.search("hans köln")[0], people.search("krüger")[0]
    assert (person.number, person.name, person.city) == ("10001", "Müller, Hans", "Köln")
    assert person.plates == ("K-MU 123",)
    assert company.name == "Bäckerei Krüger & Söhne GmbH & Co. KG"
    assert (company.plates, company.contact) == (("MS-BK 1", "MS-BK 2"), "Øster, Jörg")
    assert numbers(people, "müller", limit=3) == numbers(people, "müller")[:3]


def test_of_a_long_text_only_the_beginning_is_read(people, monkeypatch):
    """Somebody pastes a letter: two hundred characters count, and of these ten words."""
    ten = "hans müller köln 10001 50667 kmu123 0221 4710 123 haupt"
    assert [numbers(people, words) for words in (ten, f"{ten} xaver")] == [["10001"], ["10001"]]
    read = []
    monkeypatch.setattr(
        "planner_host.dms.search_index.plain", lambda text: read.append(len(text)) or plain(text)
    )
    assert numbers(people, "Hans Müller " * 500_000) == ["10001", "10010"]
    assert max(read) == LONGEST_SEARCH

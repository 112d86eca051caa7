"""Which customers a search finds, in which order, and how much of the DMS it reads."""

import statistics

import pytest

from planner_host.dms import Car, DmsCustomer
from planner_host.dms.keys import LONGEST_SEARCH, plain


def numbers(dms, words, **more):
    """Search; return the numbers of the customers who were found."""
    return [hit.number for hit in dms.search(words, **more)]


# Of each customer what finds them alone.
ALONE = {
    "Polish letters": ("10004", ["lodz", "Łódź", "lucja wojcik"]),
    "Turkish letters": ("10005", ["yildirim", "YILDIRIM", "irem"]),
    "sharp s": ("10007", ["strauss", "Strauß", "STRAUẞ", "giessen"]),
    "umlauts": ("K-0815", ["oster", "oester", "baecker"]),
    "double name": ("10003", ["müller-lüd", "lüdenscheidt", "müllerlüdenscheidt"]),
    "several names": ("10006", ["von der heide", "heide hans-peter"]),
    "apostrophe": ("10008", ["d'angelo", "dangelo", "angelo"]),
    "company": ("K-0815", ["krüger & söhne", "gmbh & co kg bäck", "Øster Jörg"]),
    # the e that follows the umlaut of a plate is not taken for the umlaut's
    "plate with an umlaut": ("10005", ["FÜ-E 12E", "fue12", "füe12e", "FU E 12", "fu-e12e"]),
    "landline": ("10001", ["0221 4710", "02214710123", "0221/4710-123", "4710123"]),
    "mobile": ("10001", ["0171 39200 05", "017139 20005", "+4917139200", "müller +49 171"]),
    "country code": ("10001", ["+49 221 4710", "+49 (0)221 4710 123", "0049221471"]),
    "number or postal code": ("10001", ["10001", "50667"]),
    "number filled up with zeros": ("0000017", ["0000017", "17", "00000"]),
    "number with letters": ("K-0815", ["k0815", "K-0815", "0815"]),
    # a shorter beginning is that of many cars
    "vehicle identification number": ("10001", ["WVWZZZAUZHP004711", "wvwzzz", "p004711", "004711"]),
    "abbreviated street": ("10001", ["hauptstr. 5", "Hauptstraße"]),
    "street": ("10004", ["straße einheit", "strasse einheit", "str einheit"]),
}

FIRST = {
    "umlaut": ["Hans Müller", "hans muller", "HANS MULLER", "hans Mu\u0308ller", "hans mueller", "hans mülle"],
    "order of words": ["muller hans", "  Müller,  Hans ", "mül ha", "köln hans mu", "h m k"],
    "plate": ["kmu123", "K-MU 123", "k mu 123", "k-mu123", "kmu1", "mu123", "müller k-mu 123"],
    "other signs": [
        "müller\0hans", "🚗 müller 🚗 hans", "\ud800müller hans", "müller%hans", '"müller" (hans)', "hans\nmüller",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("number", "typed"), ALONE.values(), ids=ALONE.keys())
def test_a_customer_is_found_alone(people, number, typed):
    """However names, plates and numbers are written, and as soon as enough of them is."""
    assert [words for words in typed if numbers(people, words) != [number]] == []


@pytest.mark.parametrize("typed", FIRST.values(), ids=FIRST.keys())
def test_a_customer_is_found_first(people, typed):
    """Every word begins a word of the customer's, in any order."""
    assert [words for words in typed if numbers(people, words)[:1] != ["10001"]] == []


@pytest.mark.parametrize(
    "words", ["Müller", "müller", "MULLER", "muller", "mueller", "Mu\u0308ller", "mülle"]
)
def test_every_spelling_of_a_name_finds_all(people, words):
    """Müller, Mueller and the double name."""
    assert {"10001", "10002", "10003"} <= set(numbers(people, words))


NOBODY = (
    "müller hans xaver", "üller", "wvwzz", "", " ", "a", "ü", "1", "-", "%", "*", "'", "a %", "🚗🚗🚗", "\0\0\0",
    "\ud800\udfff", 'mu" OR 1=1 --', "'; DROP TABLE customers; --", "number:10001 NEAR(hans müller)", "mu* NOT hans",
    "xx" * 5000, "xx\0müller", "%%%%ab", "__ab", "\ud83d xx", "ﷺ" * 200, "x\u0301" * 3000,
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


def test_the_first_part_of_a_name_comes_before_its_further_parts(dms):
    """The last name, then double names and companies that hold it, then everything else."""
    dms.replace(
        [
            DmsCustomer("1", company="Bäckerei Zander GmbH"),
            DmsCustomer("2", last_name="Abel-Zander"),
            DmsCustomer("3", last_name="Zander"),
            DmsCustomer("4", last_name="Zander-Abel"),
            DmsCustomer("5", last_name="Ulm", city="Zander"),
        ]
    )
    assert numbers(dms, "zander") == ["3", "2", "1", "4", "5"]


def test_kinds_come_in_order(dms):
    """Name, plate, number, telephone, city, street."""
    dms.replace(
        [
            DmsCustomer("1", last_name="A", street="77weg"),
            DmsCustomer("2", last_name="A", city="77berg"),
            DmsCustomer("3", last_name="A", phone="77000"),
            DmsCustomer("77999", last_name="A"),
            DmsCustomer("5", last_name="A", cars=(Car("77-AB 1"),)),
            DmsCustomer("6", company="77er Treff"),
        ]
    )
    assert numbers(dms, "77") == ["6", "5", "77999", "3", "2", "1"]


def test_equals_stand_as_in_a_telephone_book(dms):
    """By name with umlauts written out, then by number."""
    names = {"4": "Mull, B", "3": "Müller, Z", "2": "Mueller, A", "1": "Mull, B", "5": "Muller, C"}
    dms.replace(
        DmsCustomer(number, last_name=name[:-3], first_name=name[-1]) for number, name in names.items()
    )
    assert numbers(dms, "mu") == ["2", "3", "1", "4", "5"]


def test_a_hit_is_what_a_list_shows(people):
    """Number, name, city and the plates that are known; a company's contact beside the company."""
    person, company = people.search("hans köln")[0], people.search("krüger")[0]
    assert (person.number, person.name, person.city) == ("10001", "Müller, Hans", "Köln")
    assert (person.plates, person.contact) == (("K-MU 123",), "")
    assert company.name == "Bäckerei Krüger & Söhne GmbH & Co. KG"
    assert (company.plates, company.contact) == (("MS-BK 1", "MS-BK 2"), "Øster, Jörg")


def test_a_list_has_no_more_than_its_limit(people):
    """The best are kept."""
    best = numbers(people, "müller")
    for limit, count in ((-1, 0), (0, 0), (1, 1), (3, 3), (1000, 4)):
        assert numbers(people, "müller", limit=limit) == best[:count]


def test_of_a_long_text_only_the_beginning_is_read(people, monkeypatch):
    """Somebody pastes a letter: two hundred characters count, and of these ten words."""
    ten = "hans müller köln 10001 50667 kmu123 0221 4710 123 haupt"
    assert [numbers(people, words) for words in (ten, f"{ten} xaver")] == [["10001"], ["10001"]]
    read = []
    monkeypatch.setattr("planner_host.dms.keys.plain", lambda text: read.append(len(text)) or plain(text))
    assert numbers(people, "Hans Müller " * 500_000) == ["10001", "10010"]
    assert max(read) == LONGEST_SEARCH


def test_every_beginning_of_a_name_finds_its_customer(seeded_dms):
    """Whoever goes on typing a name never loses the customer on the way."""
    for number in map(str, range(10_001, 10_051)):
        name = seeded_dms.customer(number).name
        begun = [name[:end] for end in range(2, len(name) + 1)]
        assert [each for each in begun if number not in numbers(seeded_dms, each, limit=2000)] == []


# Names, words, a plate, numbers, what finds everybody, what finds nobody.
TYPED = (
    "mu", "mül", "müller", "mueller hans", "hans müller köln", "sch", "gmbh", "gmbh & co. kg", "str", "bahnhofstr",
    "k-mu 123", "kmu", "ka-", "10001", "100", "0221 4710", "+49 171 39200", "karls", "von der", "a b", "m h k", "zzzz",
    "x" * 10_000, " ".join("abcdefghijklmnopqrstuvwxyz0123456789"),
)  # fmt: skip


def test_a_search_reads_a_small_part_of_two_thousand_customers(seeded_dms):
    """Counted in thousands of SQLite's instructions: reading all keys takes 190 for a single word."""
    took = {words: _thousands_of_instructions(seeded_dms, words) for words in TYPED}
    assert statistics.median(took.values()) <= 10
    assert {words: thousands for words, thousands in took.items() if thousands > 300} == {}


def _thousands_of_instructions(dms, words):
    ticks = []
    dms._connection.set_progress_handler(lambda: ticks.append(words), 1_000)
    try:
        dms.search(words)
    finally:
        dms._connection.set_progress_handler(None, 0)
    return len(ticks)

"""What is read from Carloop arrives as the provider's own values."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest

from carloop_plugin.domain.accounts import OpeningHours, Station
from carloop_plugin.domain.failures import CallFailed, Reason
from carloop_plugin.domain.rentals import Reference, Unreadable
from carloop_plugin.domain.values import Money, Period
from carloop_plugin.domain.vehicles import NamedId, Quote, VehicleQuery

PERIOD = Period(datetime(2027, 3, 2, 7, 30, tzinfo=UTC), datetime(2027, 3, 4, 16, tzinfo=UTC))


def asked(seen):
    """Return the path and the query of a request."""
    parts = urlsplit(seen.target)
    return parts.path, parse_qsl(parts.query, strict_parsing=bool(parts.query))


@pytest.mark.parametrize("path", ["", "/mandant/7"])
def test_account(path, server, make_session, documents, soon):
    """The account is read, below the path of the address, and the token goes along."""
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    account = make_session(f"{server.url}{path}").read_account(deadline=soon(5))
    assert (account.id, account.name, account.time_zone) == ("acc-1", "Autohaus Beispiel", "Europe/Berlin")
    assert [station.id for station in account.stations] == ["karlsruhe"]
    (seen,) = server.seen
    assert seen.headers["authorization"] == "Bearer canary-token-7f3a"
    assert seen.headers["accept-encoding"] == "identity"
    assert asked(seen) == (f"{path}/api/planner/v1/account", [])


def test_skew_is_carloops_clock_minus_ours(server, make_session, documents, soon):
    """By the account's server time, to within the time that a request takes."""
    ours = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
    session = make_session(server.url, now=lambda: ours)
    server.does(lambda peer, _: peer.answer(200, documents.account(server_time="2027-03-01T08:01:30Z")))
    skew = session.read_account(deadline=soon(5)).skew
    assert timedelta(seconds=90) <= skew < timedelta(seconds=95)


def test_known_account_is_read_once(server, session, documents, soon):
    """The account is remembered; reading it anew asks again."""
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    assert session.known_account(deadline=soon(5)) is session.known_account(deadline=soon(-1))
    session.read_account(deadline=soon(5))
    assert len(server.seen) == 2


def test_filters(server, session, documents, soon):
    """Classes and features come with their names in a language; one without a name is left out."""
    classes = {"items": [{"id": "kombi", "name": "Kombi"}, {"id": "suv", "name": " "}]}
    server.does(
        lambda peer, _: peer.answer(200, classes),
        lambda peer, _: peer.answer(200, {"items": [{"id": "awd", "name": "Allrad", "group": "Antrieb"}]}),
        lambda peer, _: peer.answer(200, documents.account()),
    )
    filters = session.filters(locale="de", deadline=soon(5))
    assert filters.vehicle_classes == (NamedId("kombi", "Kombi"),)
    assert filters.features == (NamedId("awd", "Allrad", "Antrieb"),)
    assert [(asked(seen)[0], seen.headers.get("accept-language")) for seen in server.seen] == [
        ("/api/planner/v1/vehicle-classes", "de"),
        ("/api/planner/v1/vehicle-features", "de"),
        ("/api/planner/v1/account", None),
    ]


def test_stations(server, session, documents, soon):
    """What the contract does not know of opening hours, and a name without a letter, cost themselves alone."""
    hours = {"days": ["mon", "someday", "sat"], "opens": "07:30", "closes": "24:00"}
    bad = [
        hours | {"opens": "7:30"},
        hours | {"closes": "24:01"},
        hours | {"closes": "18:00\n"},
        hours | {"days": ["someday"]},
    ]
    stations = [
        {"id": "karlsruhe", "name": "Karlsruhe\nMitte", "opening_hours": [*bad, hours]},
        {"id": "rastatt", "name": " "},
    ]
    server.does(
        lambda peer, _: peer.answer(200, documents.account(stations=stations)),
        lambda peer, _: peer.answer(200, documents.vehicles(documents.vehicle())),
        lambda peer, _: peer.answer(200, documents.rental()),
    )
    known = session.known_account(deadline=soon(5)).stations
    assert known == (
        Station("karlsruhe", "Karlsruhe Mitte", (OpeningHours(("mon", "sat"), "07:30", "24:00"),)),
        Station("rastatt", "rastatt"),
    )
    (vehicle,) = session.search(VehicleQuery(PERIOD), deadline=soon(5)).vehicles
    assert vehicle.station_name == "Karlsruhe Mitte"
    assert session.read_rental("ren-1", deadline=soon(5)).vehicle.station_name == "Karlsruhe Mitte"


QUOTE = {"available": True, "price": {"amount": "149.70", "currency": "EUR", "tax_included": True}}
QUOTE |= {"free_until": "2027-03-09T08:00:00+01:00"}
QUOTED = Quote(True, Money(Decimal("149.70"), "EUR", True), datetime(2027, 3, 9, 7, tzinfo=UTC))


def test_quotes(server, session, soon):
    """Of a vehicle in the place of a rental, and of another end of a rental; what is not known is left out."""
    unknown = {"available": False, "free_until": None}
    server.does(lambda peer, _: peer.answer(200, QUOTE), lambda peer, _: peer.answer(200, unknown))
    quoted = session.quote_vehicle("veh 1", PERIOD, replaces="ren-1", deadline=soon(5))
    assert (quoted, session.quote_end("ren-1", PERIOD.end, deadline=soon(5))) == (
        QUOTED,
        Quote(False, None, None),
    )
    start, end = ("start", "2027-03-02T07:30:00Z"), ("end", "2027-03-04T16:00:00Z")
    assert [asked(seen) for seen in server.seen] == [
        ("/api/planner/v1/vehicles/veh%201/quote", [start, end, ("replaces", "ren-1")]),
        ("/api/planner/v1/rentals/ren-1/quote", [end]),
    ]


def test_what_has_no_quote(server, session, documents, soon):
    """None is Carloop's own answer alone; a quote is asked for once, so that retries are left for bookings."""
    server.does(
        lambda peer, _: peer.answer(404, documents.problem(404, "not_found")),
        lambda peer, _: peer.answer(404, documents.problem(404, "not_found")),
        lambda peer, _: peer.answer(503, documents.problem(503, "maintenance")),
        lambda peer, _: peer.answer(404, b"not here"),
    )
    for _ in range(2):
        assert session.quote_end("ren-1", PERIOD.end, deadline=soon(5)) is None
    for _ in range(2):
        with pytest.raises(CallFailed):
            session.quote_end("ren-1", PERIOD.end, deadline=soon(5))
    assert len(server.seen) == 4


def test_quotes_leave_the_session_to_bookings(server, session, documents, soon):
    """Two are asked for at a time: a third waits, and no booking does."""
    held = threading.Event()
    begun = threading.Semaphore(0)

    def answer(peer, seen):
        if "quote" in seen.target:
            begun.release()
            held.wait(30)
        return peer.answer(200, QUOTE if "quote" in seen.target else documents.account())

    server.does(answer)
    with ThreadPoolExecutor(2) as threads:
        asking = [threads.submit(session.quote_end, "ren-1", PERIOD.end, deadline=soon(30)) for _ in range(2)]
        assert [begun.acquire(timeout=10) for _ in asking] == [True, True]
        with pytest.raises(CallFailed) as raised:
            session.quote_end("ren-1", PERIOD.end, deadline=soon(0))
        assert raised.value.reason.code == "deadline_exceeded"
        assert session.read_account(deadline=soon(5)).id == "acc-1"
        held.set()
        assert [each.result() for each in asking] == [QUOTED, QUOTED]


def test_search_asks_for_what_is_wanted(server, session, documents, soon):
    """Classes and features are repeated, times are in UTC."""
    server.does(
        lambda peer, _: peer.answer(
            200,
            documents.vehicles(
                documents.vehicle(), matching=3, busy=2, next_free="2027-03-03T09:00:00+01:00"
            ),
        )
    )
    query = VehicleQuery(PERIOD, ("kombi", "suv"), ("awd", "tow bar"), station="karlsruhe", limit=50)
    found = session.search(query, deadline=soon(5))
    assert [vehicle.id for vehicle in found.vehicles] == ["veh-1"]
    assert (found.matching, found.busy) == (3, 2)
    assert found.next_free == datetime(2027, 3, 3, 8, tzinfo=UTC)
    assert found.vehicles[0].daily_rate == Money(found.vehicles[0].daily_rate.amount, "EUR", True)
    (seen,) = server.seen
    assert asked(seen) == (
        "/api/planner/v1/vehicles",
        [
            ("start", "2027-03-02T07:30:00Z"),
            ("end", "2027-03-04T16:00:00Z"),
            ("vehicle_class", "kombi"),
            ("vehicle_class", "suv"),
            ("vehicle_feature", "awd"),
            ("vehicle_feature", "tow bar"),
            ("station", "karlsruhe"),
            ("limit", "50"),
        ],
    )


def test_search_reads_page_by_page(server, session, documents, soon):
    """Pages are followed up to the limit, the figures are the first page's, nothing comes twice."""
    pages = [
        documents.vehicles(*(documents.vehicle(id=f"veh-{n}") for n in ids), next_cursor=cursor, matching=99)
        for ids, cursor in ((range(1, 4), "c1"), (range(3, 6), "c2"), (range(6, 9), "c3"))
    ]
    server.does(*(lambda peer, _, page=page: peer.answer(200, page) for page in pages))
    found = session.search(VehicleQuery(PERIOD, limit=7), deadline=soon(5))
    assert [vehicle.id for vehicle in found.vehicles] == [f"veh-{n}" for n in range(1, 8)]
    assert found.matching == 99
    limits = [
        [value for name, value in asked(seen)[1] if name in ("limit", "cursor")] for seen in server.seen
    ]
    assert limits == [["7"], ["4", "c1"], ["2", "c2"]]


@pytest.mark.parametrize(
    ("cursors", "items"), [("aa", 1), ("aba", 1), ("abcdef", 0)], ids=["again", "in a circle", "empty pages"]
)
def test_list_without_end_is_no_answer(cursors, items, server, session, documents, soon):
    """A cursor that comes again would never end; nor would empty pages with fresh ones."""
    left = iter([*cursors, *cursors])
    server.does(
        lambda peer, _: peer.answer(
            200, documents.rentals(*[documents.rental()] * items, next_cursor=next(left))
        )
    )
    with pytest.raises(CallFailed) as failed:
        list(session.rentals_changed_since(None, deadline=soon(5)))
    assert failed.value.reason == Reason("invalid_answer", "api.endless_list")


def test_changed_rentals_are_read_as_they_are_wanted(server, session, documents, soon):
    """A page is asked for when the one before has been used up."""
    server.does(
        lambda peer, _: peer.answer(200, documents.rentals(documents.rental(), next_cursor="n/1")),
        lambda peer, _: peer.answer(200, documents.rentals(documents.rental(id="ren-2"))),
    )
    rentals = session.rentals_changed_since(PERIOD.start, deadline=soon(5))
    assert (next(rentals).id, len(server.seen)) == ("ren-1", 1)
    assert [rental.id for rental in rentals] == ["ren-2"]
    assert asked(server.seen[0])[1][0] == ("updated_since", "2027-03-02T07:30:00Z")
    assert ("cursor", "n/1") in asked(server.seen[1])[1]


def test_rental_is_read_by_its_id(server, session, documents, soon):
    """A rental is read; one that Carloop does not know is None."""
    server.does(lambda peer, _: peer.answer(404, documents.problem(404, "not_found")))
    assert session.read_rental("ren-1", deadline=soon(5)) is None
    server.does(lambda peer, _: peer.answer(200, documents.rental(external_reference=None)))
    assert session.read_rental("ren-1", deadline=soon(5)).external_reference is None


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"code": "not_found"}', b""])
def test_gone_is_only_what_carloop_says_is_gone(body, server, session, soon, monkeypatch):
    """A 404 that is not Carloop's problem document says nothing about the rental, and nobody looks what is wrong."""
    monkeypatch.setattr("mobility_schemas.explaining.reasons", None)
    server.does(lambda peer, _: peer.answer(404, body))
    with pytest.raises(CallFailed) as failed:
        session.read_rental("ren-1", deadline=soon(5))
    assert (failed.value.reason.code, failed.value.reason.text) == ("unreachable", "api.no_interface")


def test_another_rental_is_no_answer(server, session, documents, soon):
    """Who asks for one rental and gets another has got nothing."""
    server.does(lambda peer, _: peer.answer(200, documents.rental(id="ren-2")))
    with pytest.raises(CallFailed) as failed:
        session.read_rental("ren-1", deadline=soon(5))
    assert failed.value.reason.text == "api.other_rental"


def test_rental_is_found_by_our_reference(server, session, documents, soon):
    """A rental is found by its reference, sent as it is, with parts that a slash does not divide."""
    reference = str(Reference("inst", "main", "A/1", "0b2c9a3e"))
    server.does(
        lambda peer, _: peer.answer(200, documents.rentals(documents.rental(external_reference=reference)))
    )
    assert session.find_rental(reference, deadline=soon(5)).id == "ren-1"
    found = [("external_reference", "inst/main/A%2F1/0b2c9a3e")]
    assert asked(server.seen[0]) == ("/api/planner/v1/rentals", found)
    server.does(lambda peer, _: peer.answer(200, documents.rentals()))
    assert session.find_rental(reference, deadline=soon(5)) is None


@pytest.mark.parametrize("references", [["other"], [None], ["asked", "asked"], ["asked", "other"]])
def test_server_that_ignores_the_reference_is_not_believed(references, server, session, documents, soon):
    """Rentals other than the one asked for mean that the filter was not understood."""
    items = [documents.rental(id=f"r{n}", external_reference=one) for n, one in enumerate(references)]
    server.does(lambda peer, _: peer.answer(200, documents.rentals(*items)))
    with pytest.raises(CallFailed) as failed:
        session.find_rental("asked", deadline=soon(5))
    assert failed.value.reason.code == "invalid_answer"


def test_values_that_decide_nothing_may_be_unknown(server, session, documents, soon):
    """A new fuel or transmission is unknown, a new field is not read, and neither is an error."""
    vehicle = documents.vehicle(fuel="hydrogen", transmission="telepathic", brand_new={"deep": [1, None]})
    server.does(lambda peer, _: peer.answer(200, documents.vehicles(vehicle)))
    (found,) = session.search(VehicleQuery(PERIOD), deadline=soon(5)).vehicles
    assert (found.fuel, found.transmission) == ("unknown", "unknown")


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("{origin}/v/1.jpg", True),
        ("{upper}/v/1.jpg", True),
        ("https://evil.example/v/1.jpg", False),
        ("{origin}@evil.example/1.jpg", False),
        ("javascript:alert(1)", False),
        ("/v/1.jpg", False),
        ("{origin}/\\evil.example", False),
        ("{origin}/a b", False),
        ("{origin}/\u202egpj.exe", False),
    ],
)
def test_only_links_to_our_own_origin_pass(link, kept, server, session, documents, soon):
    """Links that lead elsewhere, or look as if they did not, are dropped."""
    link = link.format(origin=server.url, upper=server.url.replace("http", "HTTP"))
    vehicle = documents.vehicle(image_url=link)
    server.does(lambda peer, _: peer.answer(200, documents.rental(vehicle=vehicle, web_url=link)))
    rental = session.read_rental("ren-1", deadline=soon(5))
    assert (rental.web_url, rental.vehicle.image_url) == ((link, link) if kept else (None, None))


LONGEST = "r" * 255


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"id": "ren-9", "external_reference": LONGEST}, Unreadable("ren-9", LONGEST)),
        ({"id": "ren 9", "external_reference": f"{LONGEST}r"}, Unreadable(None)),
        ({"id": 9, "external_reference": 9}, Unreadable(None)),
        ("no rental", Unreadable(None)),
    ],
    ids=["named", "too long", "of another kind", "no object"],
)
def test_a_rental_that_cannot_be_read_is_named_as_far_as_it_can(
    item, expected, server, session, documents, soon, monkeypatch
):
    """Its id and its reference where they are what the interface says; the others of its page are read."""
    # to find out what is wrong with each item of a page would take seconds
    monkeypatch.setattr("mobility_schemas.explaining.reasons", None)
    server.does(lambda peer, _: peer.answer(200, documents.rentals(item, documents.rental())))
    first, second = session.rentals_changed_since(None, deadline=soon(5))
    assert (first, second.id) == (expected, "ren-1")


@pytest.mark.parametrize(("body", "pointer"), [({"id": 7}, "/id"), ([], "/")])
def test_answer_against_the_schema_is_refused_with_its_place(body, pointer, server, session, documents, soon):
    """So that whoever reads the message can tell Carloop's maker what is wrong."""
    server.does(lambda peer, _: peer.answer(200, body and documents.account(**body)))
    with pytest.raises(CallFailed):
        session.filters(locale="de", deadline=soon(5))
    with pytest.raises(CallFailed) as failed:
        session.read_account(deadline=soon(5))
    assert failed.value.reason == Reason("invalid_answer", "api.not_of_schema", (("pointer", pointer),))
    assert str(failed.value) == "invalid_answer"


@pytest.mark.parametrize("status", [403, 404, 405, 413])
def test_a_read_that_a_gateway_refuses_is_not_repeated(status, server, session, soon):
    """It would be refused again; what asks for another try is 5xx, 408, 409, 421, 425 and 429."""
    server.does(lambda peer, _: peer.answer(status, b"<p>no</p>"))
    with pytest.raises(CallFailed):
        session.read_account(deadline=soon(5))
    assert len(server.seen) == 1

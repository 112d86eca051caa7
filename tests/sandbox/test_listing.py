"""GET /rentals and GET /rentals/{id}: find rentals by reference, and follow what changed."""

from datetime import datetime


def test_a_rental_is_found_by_its_reference(planner):
    """At most one; an unknown reference is an empty list. Its ETag is its revision."""
    reference = "i%2F1/main/A-1/0b2c9a3e-5a0e-4c53-9d6f-3f0a4f3f1d11"
    rental = planner.book("V1001", planner.at(3), planner.at(4), external_reference=reference)
    planner.book("V1001", planner.at(5), planner.at(6))
    found = planner.get("/rentals", external_reference=reference).json()
    assert found == {"items": [rental], "next_cursor": None}
    assert planner.get("/rentals", external_reference="other").json() == {"items": [], "next_cursor": None}
    assert planner.get(f"/rentals/{rental['id']}").headers["etag"] == '"1"'


def test_pages_of_the_feed_add_up(reader):
    """Ordered by the time of the last change, each rental once; rentals of the desk have no reference."""
    whole = reader.get("/rentals", limit=1000).json()["items"]
    times = [datetime.fromisoformat(each["updated_at"]) for each in whole]
    assert len(whole) > 100
    assert times == sorted(set(times))
    assert {each["external_reference"] for each in whole} == {None}
    items, query = [], {"limit": 60}
    while True:
        page = reader.get("/rentals", **query).json()
        items += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert items == whole


def test_updated_since_includes_its_instant(planner):
    """Whoever asks with the last time they saw misses nothing, and sees that rental again."""
    first = planner.book("V1001", planner.at(3), planner.at(4))
    second = planner.book("V1002", planner.at(3), planner.at(4))
    found = planner.get("/rentals", updated_since=second["updated_at"]).json()["items"]
    assert found == [second]
    changed = planner.cancel(first).json()
    assert planner.get("/rentals", updated_since=second["updated_at"]).json()["items"] == [second, changed]


def test_a_clock_set_back_hides_no_change(planner):
    """The time of a change never goes back, whatever the clock does."""
    planner.clock(planner.at(10))
    first = planner.book("V1001", planner.at(13), planner.at(14))
    planner.clock(planner.at(1))
    second = planner.book("V1002", planner.at(13), planner.at(14))
    third = planner.cancel(first).json()
    assert first["updated_at"] < second["updated_at"] < third["updated_at"]
    assert planner.get("/rentals", updated_since=first["updated_at"]).json()["items"] == [second, third]


def test_a_rental_that_changes_between_two_pages_is_listed_again(planner):
    """It moves behind the cursor."""
    rentals = [planner.book(f"V100{number}", planner.at(3), planner.at(4)) for number in range(1, 5)]
    page = planner.get("/rentals", limit=2).json()
    assert page["items"] == rentals[:2]
    changed = planner.cancel(rentals[0]).json()
    rest = planner.get("/rentals", limit=10, cursor=page["next_cursor"]).json()
    assert rest["items"] == [*rentals[2:], changed]

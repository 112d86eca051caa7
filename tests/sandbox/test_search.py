"""GET /vehicles: search free vehicles."""

FIELDS = {
    *("id", "licence_plate", "make", "model", "vehicle_class", "features", "seats", "fuel", "transmission"),
    *("station", "daily_rate"),
}


def test_each_vehicle_is_complete_and_in_order(reader):
    """Ordered by station, class, plate and id; one page holds the whole small fleet."""
    found = reader.search(reader.at(3), reader.at(4))
    order = [
        [each[name] for name in ("station", "vehicle_class", "licence_plate", "id")]
        for each in found["items"]
    ]
    assert order == sorted(order)
    assert (len(order), found["next_cursor"]) == (found["matching"] - found["busy"], None)
    assert all(set(each) == FIELDS for each in found["items"])


def test_filters_narrow_the_search(reader):
    """Any of several classes, all of several features, one station; an unknown id matches nothing."""
    every = reader.search(reader.at(300), reader.at(301))["items"]
    features = {"automatik", "navigationssystem"}
    for query, expected in (
        ({"vehicle_class": ["kombi", "suv"]}, [e for e in every if e["vehicle_class"] in ("kombi", "suv")]),
        ({"vehicle_class": ["suv", "suv"]}, [e for e in every if e["vehicle_class"] == "suv"]),
        ({"vehicle_feature": sorted(features)}, [e for e in every if features <= set(e["features"])]),
        ({"station": "rastatt"}, [e for e in every if e["station"] == "rastatt"]),
    ):
        found = reader.search(reader.at(300), reader.at(301), **query)
        assert 0 < len(expected) < len(every)
        assert (found["items"], found["matching"]) == (expected, len(expected))
    for unknown in ({"vehicle_class": "boat"}, {"vehicle_feature": "wings"}, {"station": "moon"}):
        found = reader.search(reader.at(3), reader.at(4), **unknown)
        assert (found["items"], found["matching"], found["busy"], found["next_free"]) == ([], 0, 0, None)


def test_pages_add_up_to_the_whole(reader):
    """Following the cursors gives every vehicle once, and the same totals on each page."""
    whole = reader.search(reader.at(3), reader.at(4))
    items, query = [], {"limit": 7}
    while True:
        page = reader.search(reader.at(3), reader.at(4), **query)
        assert len(page["items"]) <= 7
        assert (page["matching"], page["busy"]) == (whole["matching"], whole["busy"])
        items += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert items == whole["items"]


def test_a_cursor_is_good_for_its_own_query_alone(reader):
    """Forged, altered or used elsewhere it is refused."""
    period = {"start": reader.at(3), "end": reader.at(4)}
    cursor = reader.search(**period, limit=1)["next_cursor"]
    changed = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    for path, query in (
        ("/vehicles", period | {"cursor": changed}),
        ("/vehicles", period | {"cursor": "eyJhIjoxfQ"}),
        ("/vehicles", period | {"cursor": cursor, "end": reader.at(5)}),
        ("/vehicles", period | {"cursor": cursor, "station": "rastatt"}),
        ("/rentals", {"cursor": cursor}),
    ):
        answer = reader.get(path, **query)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
        assert answer.json()["errors"][0]["pointer"] == "/cursor"


def test_free_busy_and_next_free(planner):
    """A gap must be as long as the period asked for; reserved and handed-out vehicles are busy, overdue ones too."""
    for number in range(1001, 1013):
        planner.book(f"V{number}", planner.at(3), planner.at(5, number - 1001))
    planner.book("V1001", planner.at(6), planner.at(8))
    out = planner.book("V1002", planner.at(1), planner.at(2))
    planner.desk(out, "hand_out")
    for start, end, busy, next_free in (
        (1, 2, 1, planner.at(2)),
        (4, 4.5, 12, planner.at(5)),
        (4, 5.5, 12, planner.at(5, 1)),
        (7, 9, 1, planner.at(8)),
        (8, 9, 0, None),
    ):
        found = planner.search(planner.at(start), planner.at(end))
        assert (found["matching"], found["busy"], found["next_free"]) == (12, busy, next_free)
        assert len(found["items"]) == 12 - busy
    planner.clock(planner.at(2.5))
    found = planner.search(planner.at(30), planner.at(31))
    assert (found["busy"], found["next_free"]) == (1, None)

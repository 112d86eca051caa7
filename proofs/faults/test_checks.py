"""The checks of the matrix find each kind of error: a proof without findings is worth as much as its checks."""

from dataclasses import replace

import pytest

from proofs.faults.catalogue import BEFORE, FAULTS
from proofs.faults.cells import MANY, OPERATIONS, Cell, all_cells
from proofs.faults.checks import check_cell
from proofs.faults.evidence import Answer, ChangeEvidence, Observation, QuoteEvidence, SearchEvidence
from proofs.faults.report import CellResult, count_wrong, last_line, markdown

NAMED = {fault.name: fault for fault in FAULTS}
KEY = "0b2c9a3e-5a0e-4c53-9d6f-3f0a4f3f1d11"
PERIOD = {"start": "2027-03-02T08:00:00+00:00", "end": "2027-03-02T17:00:00+00:00"}
BOOKING = {"change_id": KEY, "action": "book", "option_id": "V1", "period": PERIOD}
RENTAL = {"id": "ren-1", "revision": 1, "status": "reserved", "vehicle": {"id": "V1"}, **PERIOD}
DONE = {"change_id": KEY, "provider": "carloop", "status": "done"}
PROBLEM = {"code": "unreachable", "title": "Nicht erreichbar", "retryable": True}
REFUSED = DONE | {"status": "refused", "problem": PROBLEM}
UNKNOWN = DONE | {"status": "unknown", "problem": PROBLEM}


def page(state, *rentals):
    """Return a moment: what the page shows, and what Carloop has."""
    shown = {"rental": rentals[0]} if rentals and state == "booked" else {}
    return Observation({"state": state, "proposals": []} | shown, rentals)


OPEN, BOOKED, HIDDEN = page("open"), page("booked", RENTAL), page("unknown", RENTAL)


def answered(outcome, after, overrun=0.0):
    """Return the answers during the fault."""
    return (Answer(outcome, overrun, after),)


GOOD = ChangeEvidence(
    change=BOOKING,
    before=OPEN,
    answers=answered(UNKNOWN, HIDDEN),
    keys=frozenset((KEY,)),
    settled=BOOKED,
    pending=0,
    again=DONE,
    once_more=DONE,
    final=BOOKED,
    raw=(),
    late=(),
)
TWO = page("booked", RENTAL, RENTAL | {"id": "ren-2"})
OTHER = RENTAL | {"vehicle": {"id": "V2"}}
GOOD_CASES = {
    "unknown, and it was done": GOOD,
    "unknown, and it was not": replace(GOOD, answers=answered(UNKNOWN, page("unknown")), settled=OPEN),
    "done": replace(GOOD, answers=answered(DONE, BOOKED)),
    "refused": replace(GOOD, answers=answered(REFUSED, OPEN), settled=OPEN),
}
WRONG = {
    "done, and there is none": ("lost", {"answers": answered(DONE, page("booked"))}),
    "done, and it is another car": ("lost", {"answers": answered(DONE, page("booked", OTHER))}),
    "done, and the page is open": ("lost", {"answers": answered(DONE, page("open", RENTAL))}),
    "refused, and it is there": (
        "lost",
        {"answers": answered(REFUSED, page("open", RENTAL)), "settled": OPEN},
    ),
    "refused, and it comes later": ("lost", {"answers": answered(REFUSED, OPEN), "settled": BOOKED}),
    "refused, and the page is booked": (
        "lost",
        {"answers": answered(REFUSED, page("booked")), "settled": OPEN},
    ),
    "refused for ever": (
        "lost",
        {
            "answers": answered(REFUSED | {"problem": PROBLEM | {"code": "rental_closed"}}, OPEN),
            "settled": OPEN,
        },
    ),
    "unknown, and the page is open": ("lost", {"answers": answered(UNKNOWN, OPEN)}),
    "unknown, and the page is booked": ("lost", {"answers": answered(UNKNOWN, BOOKED)}),
    "settled, and the page is open": ("lost", {"settled": page("open", RENTAL)}),
    "in the end another rental is shown": (
        "lost",
        {"final": Observation(BOOKED.state | {"rental": {"id": "ren-9"}}, (RENTAL,))},
    ),
    "in the end there is none": ("lost", {"final": page("booked")}),
    "answered with two outcomes": ("lost", {"once_more": REFUSED}),
    "two rentals": ("doubled", {"settled": TWO}),
    "two rentals in the end": ("doubled", {"final": TWO}),
    "changed twice": ("doubled", {"settled": page("booked", RENTAL | {"revision": 2})}),
    "two at a moment": ("doubled", {"moments": (1, 2, 1)}),
    "none at a moment": ("lost", {"moments": (1, 0, 1)}),
    "sent under two keys": ("doubled", {"keys": frozenset((KEY, "another"))}),
    "still pending": ("stuck", {"pending": 1}),
    "still unknown": ("stuck", {"settled": HIDDEN}),
    "refused without a fault": ("stuck", {"again": REFUSED, "once_more": REFUSED}),
    "too late": ("stuck", {"answers": answered(UNKNOWN, HIDDEN, overrun=0.051)}),
    "hung": ("stuck", {"late": ("on_rental_change of provider carloop did not answer within 0.600 s",)}),
    "an exception": ("raw", {"raw": ("on_rental_change of provider carloop raised KeyError",)}),
    "a bug's code": (
        "raw",
        {"answers": answered(UNKNOWN | {"problem": PROBLEM | {"code": "provider_failed"}}, HIDDEN)},
    ),
    "no code": ("raw", {"answers": answered(UNKNOWN | {"problem": PROBLEM | {"code": "oops"}}, HIDDEN)}),
    "no problem": ("raw", {"answers": answered(DONE | {"status": "unknown"}, HIDDEN)}),
    "no sentence": ("raw", {"answers": answered(UNKNOWN | {"problem": PROBLEM | {"title": ""}}, HIDDEN)}),
}


def cell(fault="cut", operation="book"):
    """Return a cell."""
    return Cell(NAMED[fault], BEFORE, operation, 1)


def kinds(findings):
    """Return the kinds of findings, each once."""
    return {finding.kind for finding in findings}


@pytest.mark.parametrize("name", GOOD_CASES)
def test_what_is_right_is_not_found_wrong(name):
    """Each of the correct results."""
    assert check_cell(cell(), GOOD_CASES[name]) == ()


@pytest.mark.parametrize("name", WRONG)
def test_each_wrong_is_found(name):
    """By its own kind; two rentals are also not the one that was asked for."""
    kind, changes = WRONG[name]
    found = kinds(check_cell(cell(), replace(GOOD, **changes)))
    assert found == {kind} or (kind == "doubled" and found == {"doubled", "lost"})


def test_a_harmless_fault_must_not_cost_the_answer():
    """An unknown field is no reason for `unknown`."""
    assert kinds(check_cell(cell("unknown_field"), GOOD)) == {"stuck"}
    assert check_cell(cell("unknown_field"), GOOD_CASES["done"]) == ()


def test_only_what_a_busy_machine_explains_is_played_again():
    """A late answer is; a lost rental never."""
    (late,) = check_cell(cell(), replace(GOOD, answers=answered(UNKNOWN, HIDDEN, overrun=0.2)))
    assert late.timing
    assert not any(
        finding.timing for finding in check_cell(cell(), replace(GOOD, answers=answered(DONE, OPEN)))
    )


SEARCH = SearchEvidence({"options": [{"id": "V1"}]}, 0.0, {"options": [{"id": "V1"}]}, ("V1",), (), ())


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (None, {}),
        (None, {"answer": {"problem": PROBLEM}}),
        ("stuck", {"again": {"problem": PROBLEM}}),
        ("lost", {"answer": {"options": []}}),
        ("doubled", {"answer": {"options": [{"id": "V1"}, {"id": "V1"}]}, "free": ("V1", "V1")}),
        ("raw", {"answer": {"problem": PROBLEM | {"code": "KeyError"}}}),
        ("stuck", {"overrun": 1.0}),
    ],
)
def test_a_search_is_checked(kind, changes):
    """It answers with what is free, or with the code of a problem."""
    found = kinds(check_cell(cell(operation="search"), replace(SEARCH, **changes)))
    assert (kind in found) if kind else not found


QUOTE = QuoteEvidence({"possible": True}, 0.0, {"possible": True}, DONE, BOOKED, BOOKED, frozenset(), (), ())


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (None, {}),
        (None, {"answer": {"problem": PROBLEM}}),
        ("stuck", {"again": {"problem": PROBLEM}}),
        ("lost", {"answer": {"possible": False}}),
        ("doubled", {"after": TWO}),
        ("doubled", {"keys": frozenset((KEY,))}),
        ("stuck", {"booking": UNKNOWN}),
    ],
)
def test_a_quote_is_checked(kind, changes):
    """It answers with a price or the code of a problem, changes nothing, and keeps no booking waiting."""
    found = kinds(check_cell(cell(operation="quote"), replace(QUOTE, **changes)))
    assert (kind in found) if kind else not found


def test_a_booking_of_another_car_can_be_cancelled():
    """Another car is refused, shown, and cancelled as proposed."""
    refused = REFUSED | {"problem": PROBLEM | {"code": "invalid_answer", "retryable": False}}
    there = page("attention", OTHER)
    good = replace(
        GOOD,
        answers=answered(refused, there),
        settled=there,
        again=refused,
        once_more=refused,
        cancellation=DONE,
        final=page("open", OTHER | {"status": "cancelled", "revision": 2}),
    )
    wrong_result = cell("wrong_vehicle")
    assert check_cell(wrong_result, good) == ()
    assert kinds(check_cell(wrong_result, replace(good, again=DONE))) == {"lost"}
    assert kinds(check_cell(wrong_result, replace(good, settled=page("open", OTHER)))) == {"lost"}
    assert kinds(check_cell(wrong_result, replace(good, final=page("open", OTHER)))) == {"lost"}
    assert {"stuck"} <= kinds(check_cell(wrong_result, replace(good, cancellation=None)))


def test_every_cell_is_there_once():
    """Each fault in each operation at each of its positions, the same for every seed."""
    cells = list(all_cells([1, 2]))
    assert len(cells) == len({each.name for each in cells})
    assert set(OPERATIONS) == {each.operation for each in cells}
    assert set(NAMED) == {each.fault.name for each in cells}
    assert len(cells) > 540


def test_seeds_spread_the_plans():
    """Over many seeds a fault happens once, twice and always, early, late and in between."""
    plans = [Cell(NAMED["delay"], BEFORE, "book", seed).plan() for seed in range(40)]
    assert {plan.times for plan in plans} == {1, 2, MANY}
    assert {plan.release for plan in plans} == {"soon", "before", "after"}
    assert {True, False} == {plan.any_request for plan in plans} == {plan.asks_twice for plan in plans}
    assert plans[0] == Cell(NAMED["delay"], BEFORE, "book", 0).plan()


def test_the_last_line_counts_cells_not_findings():
    """Two findings of a kind in one cell are one."""
    lost = check_cell(cell(), replace(GOOD, answers=answered(DONE, OPEN)))
    assert len(lost) == 2
    results = [CellResult(cell(), "done", lost), CellResult(cell(), "unknown", ())]
    assert last_line(results) == "2 cells, 1 lost, 0 doubled, 0 stuck, 0 raw"
    assert count_wrong(results)["lost"] == 1
    assert "**1 lost**" in markdown(results, seeds="1")

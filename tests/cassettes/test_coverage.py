"""There is a cassette for all that the interface has: every operation, every problem code."""

import json

import pytest
from carloop_scenes import SCENES
from carloop_scenes.contract import (
    codes_of_answers,
    openapi,
    operation_of,
    operations,
    problem_codes,
)
from carloop_scenes.scrub import without_prose
from carloop_scenes.tape import FOLDER

PAGES_AND_DOCUMENT = 11
"""How many operations the interface has: a reading of its document that finds fewer is broken."""

LEAST_CODES = {
    (400, "idempotency_key_missing"),
    (401, "token_invalid"),
    (404, "not_found"),
    (409, "vehicle_unavailable"),
    (409, "reference_exists"),
    (409, "request_in_progress"),
    (409, "rental_closed"),
    (412, "changed_elsewhere"),
    (422, "period_in_past"),
    (422, "period_invalid"),
    (422, "rental_immutable"),
    (422, "idempotency_key_reused"),
    (422, "validation_failed"),
    (428, "precondition_required"),
    (429, "rate_limited"),
    (503, "maintenance"),
}


def test_scenes_and_cassettes_are_the_same():
    """No scene is without a cassette, and no cassette without its scene."""
    assert sorted(path.stem for path in FOLDER.iterdir() if path.suffix == ".yaml") == sorted(SCENES)


def test_nothing_else_lies_with_the_cassettes():
    """The folder holds cassettes alone, so that the scan misses nothing."""
    assert {path.suffix for path in FOLDER.iterdir()} == {".yaml"}


def test_document_is_read_whole():
    """The operations and codes looked for are no fewer than the interface is known to have."""
    assert len(operations()) >= PAGES_AND_DOCUMENT
    assert problem_codes() >= LEAST_CODES
    assert problem_codes() >= set(codes_of_answers()) >= LEAST_CODES - {(503, "maintenance")}


@pytest.mark.parametrize("operation", operations(), ids=lambda each: each.id)
def test_every_operation_is_recorded(operation, exchanges):
    """Each operation has succeeded on a cassette, with every success that it declares."""
    recorded = {each.status for each in exchanges if operation.fits(each.method, each.path)}
    declared = {int(status) for status in operation.document["responses"] if status < "4"}
    assert declared <= recorded


@pytest.mark.parametrize(("status", "code"), sorted(problem_codes()))
def test_every_code_is_recorded(status, code, exchanges):
    """Each problem code has been answered on a cassette, under its status."""
    assert (status, code) in {(each.status, each.code) for each in exchanges}


def test_no_code_is_recorded_that_is_not_declared(exchanges):
    """What Carloop answers is in its document."""
    assert {(each.status, str(each.code)) for each in exchanges if each.code} <= problem_codes()


def test_search_is_recorded_page_by_page(exchanges):
    """A cursor of one page is asked with for the next."""
    pages = [each for each in exchanges if each.cassette == "interface_search_pages"]
    cursors = [json.loads(each.body)["next_cursor"] for each in pages]
    assert len(pages) > 2
    assert all(f"cursor={cursor}" in page.url for cursor, page in zip(cursors, pages[1:], strict=False))


def test_recorded_document_is_todays(exchanges):
    """The cassettes were recorded from a Carloop that spoke today's interface; its prose may have changed."""
    (recorded,) = [each for each in exchanges if each.path == "/openapi.json"]
    assert json.loads(recorded.body) == without_prose(openapi())


def test_every_recorded_path_is_understood(exchanges):
    """Only what is refused for its method belongs to no operation."""
    strays = {each.code for each in exchanges if operation_of(each.method, each.path) is None}
    assert strays == {"method_not_allowed"}

"""The proof finds what is not refused, and what is kept."""

import time

import pytest

from carloop_plugin.domain.values import AppointmentId
from carloop_plugin.store.records import source_of
from tests.support.hook_fuzzing import EACH, HOOKS, fuzz, kept


def test_there_are_ten_thousand():
    """As many documents as are promised."""
    assert len(HOOKS) * EACH >= 10_000


def test_every_table_is_counted(tmp_path):
    """A row in any table counts as kept, also what was asked to be erased."""
    location = str(tmp_path / "carloop.sqlite3")
    assert kept(location) == 0
    source = source_of(location)
    with source.open(deadline=time.monotonic() + 30) as store:
        store.forget_appointments([AppointmentId("A-99")])
    source.close()
    assert kept(location) == 1


@pytest.mark.parametrize("answer", [None, {}, {"status": "done"}, ValueError("raw")])
def test_an_answer_that_is_not_a_refusal_is_found(monkeypatch, tmp_path, answer):
    """An answer is `unexpected`, an exception is `raw`."""

    def hook(_document, _context):
        if isinstance(answer, Exception):
            raise answer
        return answer

    fuzzed = HOOKS["on_rental_change"]
    monkeypatch.setitem(HOOKS, "on_rental_change", type(fuzzed)(hook, fuzzed.bad))
    result = fuzz("on_rental_change", location=str(tmp_path / "none.sqlite3"), each=3)
    assert (result.refused, len(result.raw if isinstance(answer, Exception) else result.unexpected)) == (0, 3)

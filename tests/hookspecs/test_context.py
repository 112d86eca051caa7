"""The frame of a call: its deadline, its language and its id."""

import dataclasses
import time

import pytest

from mobility_hookspecs import CallContext


def test_remaining_counts_down_and_stops_at_zero():
    """Seconds until the deadline, never negative."""
    assert CallContext(time.monotonic() - 5).remaining() == 0.0
    deadline = time.monotonic() + 1000
    before = time.monotonic()
    remaining = CallContext(deadline).remaining()
    assert deadline - time.monotonic() <= remaining <= deadline - before


def test_a_context_counts_from_now_and_is_its_calls_own():
    """The deadline lies as many seconds ahead; nobody changes it, and no two calls share an id."""
    before = time.monotonic()
    context = CallContext.within(3, locale="de-AT", request_id="r-7")
    assert before <= context.deadline - 3 <= time.monotonic()
    assert (context.locale, context.request_id) == ("de", "r-7")
    with pytest.raises(dataclasses.FrozenInstanceError):
        context.deadline = 0.0
    assert CallContext.within(1).request_id != CallContext.within(1).request_id


@pytest.mark.parametrize(
    ("locales", "given"), [(["de", "de-AT", "de_CH", "DE"], "de"), (["en", "en-GB", "fr", "", None], "en")]
)
def test_a_locale_is_german_or_english(locales, given):
    """Variants are their language; any other language is answered in English."""
    assert {CallContext.within(1, locale=locale).locale for locale in locales} == {given}

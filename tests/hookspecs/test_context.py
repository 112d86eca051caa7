"""The frame of a call."""

import dataclasses
import time

import pytest

from mobility_hookspecs import CallContext


def test_remaining_counts_down_and_stops_at_zero():
    """Seconds until the deadline, never negative."""
    assert CallContext(time.monotonic() - 5).remaining() == 0.0
    assert 9.0 < CallContext(time.monotonic() + 10).remaining() <= 10.0


def test_within_counts_from_now():
    """The deadline lies as many seconds ahead, on the monotonic clock."""
    context = CallContext.within(3, locale="de-AT", request_id="r-7")
    assert 2.9 < context.deadline - time.monotonic() <= 3.0
    assert (context.locale, context.request_id) == ("de", "r-7")


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("de_CH", "de"),
        ("DE", "de"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_locale_is_german_or_english(asked, given):
    """Variants are their language; any other language is answered in English."""
    assert CallContext.within(1, locale=asked).locale == given


def test_a_context_is_frozen_and_has_an_id_of_its_own():
    """Nobody changes a deadline, and no two calls share an id."""
    context = CallContext.within(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        context.deadline = 0.0
    assert context.request_id != CallContext.within(1).request_id

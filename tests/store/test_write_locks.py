"""A write has the file to itself from its first read on, so that what it read still holds when it writes."""

from contextlib import ExitStack, closing

import pytest

from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.store.sqlite.connection import open_database, writing
from tests.store.deadlines import soon


def test_a_write_holds_off_others_before_it_has_written(path):
    """A deferred transaction would let them in, and fail itself when it comes to writing."""
    with ExitStack() as stack:
        one, other = (stack.enter_context(closing(open_database(path))) for _ in range(2))
        with (
            writing(one, path, deadline=soon(10)),
            pytest.raises(StoreFailed) as failed,
            writing(other, path, deadline=soon(0.1)),
        ):
            pass
    assert failed.value.reason.code == "busy"

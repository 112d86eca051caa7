"""A write has the file to itself from its first read on, so that what it read still holds when it writes."""

import pytest

from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.store.sqlite.file import SqliteFile
from tests.store.deadlines import soon


def test_a_write_holds_off_others_before_it_has_written(path, file):
    """A deferred transaction would let them in, and fail itself when it comes to writing."""
    other_file = SqliteFile(path)
    with file.open(deadline=soon()) as one, other_file.open(deadline=soon(0.2)) as other:

        def write():
            one.sites()
            with pytest.raises(StoreFailed) as failed:
                other.database.transact(other.sites)
            return failed.value.reason.code

        assert one.database.transact(write) == "busy"
    other_file.close()

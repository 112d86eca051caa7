"""A call ends within milliseconds of its deadline, wherever the other side stops."""

import pytest
from carloop_faults.deadlines.case import measure
from carloop_faults.deadlines.client import CLIENT


@pytest.mark.parametrize("case", CLIENT, ids=lambda case: case.name)
def test_a_call_ends_at_its_deadline(case):
    """Within 50 ms of it; a request that was not sent is reported as such."""
    ended = measure(case)
    assert (ended.is_late, ended.told) == (False, {"deadline_exceeded"}), ended

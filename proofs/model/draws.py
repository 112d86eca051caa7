"""What hypothesis draws: a planner, a choice, and the faults of a call."""

from __future__ import annotations

from hypothesis import strategies as st

from proofs.model.advisor import ACTIONS, OVERLAPPING
from proofs.model.call_faults import (
    DELAYED,
    FAULTS,
    NO_FAULTS,
    CallFaults,
    Crash,
    Interleaved,
    NetworkFault,
    Overlapped,
)
from proofs.model.simulation import PLANNERS

planners = st.sampled_from(PLANNERS)
numbers = st.integers(0, 4)
behind = st.sampled_from([None, None, 0, 1])
network_faults = st.builds(
    NetworkFault,
    st.sampled_from([*FAULTS, DELAYED, DELAYED, DELAYED]),
    st.sampled_from(["writes", "writes", "writes", "everything", "reads", "account"]),
    st.sampled_from([3, 3, 1, 9]),
)
interruptions = st.one_of(
    st.builds(Crash, st.integers(1, 8)),
    st.builds(Interleaved, st.integers(1, 14), st.sampled_from(list(ACTIONS))),
    st.builds(Overlapped, st.integers(1, 14), st.sampled_from(OVERLAPPING), st.integers(1, 14)),
)
# what is lost on the network makes the longest runs, so it is drawn more often
call_faults = st.one_of(
    st.just(NO_FAULTS),
    st.builds(CallFaults, network_faults),
    st.builds(CallFaults, network_faults),
    st.builds(CallFaults, st.none(), interruptions),
    st.builds(CallFaults, network_faults, interruptions),
)

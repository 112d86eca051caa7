"""Folding: however a name is typed it becomes the same letters, and so does its beginning."""

from hypothesis import given
from hypothesis import strategies as st

from planner_host.dms.folding import plain, without_umlauts, written_out

typed = st.text(alphabet="aeouäöüßłMüller ", max_size=12)


def test_an_umlaut_written_out_is_the_umlaut():
    """Also where an e follows it; for sorting, it is written out as in telephone books."""
    assert without_umlauts(plain("Schroeer")) == without_umlauts(plain("schröer"))
    assert written_out("schröer") == "schroeer"


@given(st.text(), st.integers(min_value=0), typed, typed)
def test_a_beginning_stays_a_beginning(text, end, begun, rest):
    """So that a name is found while it is being typed."""
    folded = plain(text)
    assert without_umlauts(folded).startswith(without_umlauts(folded[: end % (len(folded) + 1)]))
    assert without_umlauts(plain(begun + rest)).startswith(without_umlauts(plain(begun)))

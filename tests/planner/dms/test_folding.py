"""Folding: however a name is typed it becomes the same letters, and so does its beginning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner_host.dms.folding import plain, without_umlauts, written_out, written_plate

typed = st.text(alphabet="aeouäöüßłMüller ", max_size=12)


def test_an_umlaut_written_out_is_the_umlaut():
    """Also where an e follows it; for sorting, it is written out as in telephone books."""
    assert without_umlauts(plain("Schroeer")) == without_umlauts(plain("schröer"))
    assert written_out("schröer") == "schroeer"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("ka bg 77", "KA-BG 77"),
        (" m-ab1234 e", "M-AB 1234E"),
        ("KA-BG 77", "KA-BG 77"),
        ("tö-l 1h", "TÖ-L 1H"),
        ("kabg77", "KABG77"),
        ("w 12345 a", "W 12345 A"),
    ],
)
def test_a_plate_is_written_in_one_way(typed, written):
    """Where a district ends cannot be known without a gap, and other countries have other plates."""
    assert written_plate(typed) == written


@given(st.text(), st.integers(min_value=0), typed, typed)
def test_a_beginning_stays_a_beginning(text, end, begun, rest):
    """So that a name is found while it is being typed."""
    folded = plain(text)
    assert without_umlauts(folded).startswith(without_umlauts(folded[: end % (len(folded) + 1)]))
    assert without_umlauts(plain(begun + rest)).startswith(without_umlauts(plain(begun)))

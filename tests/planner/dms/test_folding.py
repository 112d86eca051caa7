"""Folding: the beginning of a text folds to the beginning of its folding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner_host.dms.folding import plain, without_umlauts, written_out


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Müller", "muller"),
        ("Strauß", "strauss"),
        ("Łódź", "lodz"),
        ("İREM Yıldırım", "irem yildirim"),
        ("Đorđević", "dordevic"),
        ("Sørensen", "sorensen"),
        ("Ångström", "angstrom"),
        ("Nguyễn", "nguyen"),
        ("Ünal\u0308", "unal"),
        ("ﬁn ４２", "fin 42"),
    ],
)
def test_plain(text, folded):
    """Small letters without marks, from any of Germany's languages."""
    assert plain(text) == folded


@pytest.mark.parametrize(
    ("written", "umlaut"),
    [("mueller", "müller"), ("schroeer", "schröer"), ("lueers", "lüers"), ("kaethe", "käthe")],
)
def test_an_umlaut_written_out_is_the_umlaut(written, umlaut):
    """Also where an e follows it."""
    assert without_umlauts(plain(umlaut)) == without_umlauts(plain(written))


@given(st.text(), st.integers(min_value=0))
def test_a_beginning_stays_a_beginning(text, end):
    """So that a name is found while it is being typed."""
    folded = plain(text)
    begun = folded[: end % (len(folded) + 1)]
    assert without_umlauts(folded).startswith(without_umlauts(begun))


@given(st.text(alphabet="aeouäöüßłMüller ", max_size=12), st.text(alphabet="aeouäöüßłMüller ", max_size=12))
def test_what_is_typed_further_goes_on(begun, rest):
    """The same of the text as it is typed."""
    assert without_umlauts(plain(begun + rest)).startswith(without_umlauts(plain(begun)))


def test_written_out():
    """Telephone books and e-mail addresses have ue for ü."""
    assert written_out("Mu\u0308ller-Lüdenscheidt, Özgür Strauß") == "mueller-luedenscheidt, oezguer strauss"

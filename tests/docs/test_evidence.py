"""Every page of figures names the run they come from, and is in the list."""

import re
from pathlib import Path

import pytest

EVIDENCE = Path(__file__).parents[2] / "docs" / "evidence"
PAGES = sorted(each.name for each in EVIDENCE.glob("*.md") if each.name != "README.md")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_its_date_commit_and_seed(name):
    """The run can be repeated; one without a seed gives the reason."""
    head = (EVIDENCE / name).read_text("utf-8")[:2000]
    for needed in (r"\b20\d\d-\d\d-\d\d\b", r"\b[Cc]ommit\W+[0-9a-f]{7,40}\b", r"\b[Ss]eeds?\b"):
        assert re.search(needed, head), needed


def test_the_list_has_every_figure_with_its_page():
    """Every row links its page, and every page has a row."""
    text = (EVIDENCE / "README.md").read_text("utf-8")
    rows = [row for row in text.splitlines() if row.startswith("| ")][1:]
    assert [row for row in rows if not re.search(r"\]\([\w-]+\.md\)", row)] == []
    assert set(PAGES) == set(re.findall(r"\]\(([\w-]+\.md)\)", text))

"""The changelog keeps the format of Keep a Changelog."""

import re
from datetime import date

import pytest
from packaging.version import Version

KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@pytest.fixture(scope="module")
def changelog(root):
    """Read the changelog."""
    return (root / "CHANGELOG.md").read_text("utf-8")


def test_begins_with_its_title_and_what_is_unreleased(changelog):
    """The title comes first, then a section for what is not released yet."""
    sections = re.findall(r"^## (.*)$", changelog, re.MULTILINE)

    assert changelog.startswith("# Changelog\n")
    assert sections[0] == "[Unreleased]"


def test_releases_are_dated_and_fall(changelog):
    """A release is `[version] - date`; the newest comes first, in version and in date."""
    rows = re.findall(r"^## \[(?!Unreleased)(.*)$", changelog, re.MULTILINE)
    parts = [re.fullmatch(r"(\S+)\] - (\d{4}-\d\d-\d\d)", row) for row in rows]
    assert all(parts), rows

    releases = [(Version(part[1]), date.fromisoformat(part[2])) for part in parts]

    assert releases == sorted(releases, reverse=True)


def test_entries_stand_under_a_known_kind(changelog):
    """Each entry is a bullet under Added, Changed, Deprecated, Removed, Fixed or Security."""
    kinds = re.findall(r"^### (.*)$", changelog, re.MULTILINE)

    assert set(kinds) <= KINDS
    for section in re.split(r"^### .*$", changelog, flags=re.MULTILINE)[1:]:
        assert section.split("\n## ")[0].strip().startswith("- ")

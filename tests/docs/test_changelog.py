"""The changelog keeps the format of Keep a Changelog."""

import re
from datetime import date

from packaging.version import Version

KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_changelog(root):
    """Unreleased first, then dated releases, the newest first; each entry is a bullet under a known kind."""
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    unreleased, *released = re.findall(r"^## (.*)$", changelog, re.MULTILINE)
    parts = [re.fullmatch(r"\[(\S+)\] - (\d{4}-\d\d-\d\d)", row) for row in released]
    kinds = re.findall(r"^### (.*)$", changelog, re.MULTILINE)

    assert changelog.startswith("# Changelog\n")
    assert (unreleased, all(parts)) == ("[Unreleased]", True), released
    releases = [(Version(part[1]), date.fromisoformat(part[2])) for part in parts]
    assert releases == sorted(releases, reverse=True)
    assert set(kinds) <= KINDS
    for section in re.split(r"^### .*$", changelog, flags=re.MULTILINE)[1:]:
        assert section.split("\n## ")[0].strip().startswith("- ")

"""Every bug can be planted, and the command knows which were caught."""

import shutil
import sys

import pytest

from proofs.planted.__main__ import all_bugs, line_of, look_for, main, plant, read_bug
from proofs.reporting import ROOT

HARMLESS = """Nothing is broken.

Caught by tests/plugin/domain/test_judgement.py::test_an_answer_is_judged

--- a/carloop_plugin/domain/judgement.py
+++ b/carloop_plugin/domain/judgement.py
@@ -1,3 +1,3 @@
-\"\"\"What an answer of Carloop means for an intent: the decision, without its effects.\"\"\"
+\"\"\"What an answer of Carloop means for an intent.\"\"\"
 
 from __future__ import annotations
"""  # noqa: W293 - an empty line of a patch


def written(folder, text):
    """Write a patch and read it as a bug."""
    patch = folder / "bug.patch"
    patch.write_text(text, "utf-8")
    return read_bug(patch)


def test_there_are_a_dozen():
    """At least, each with a sentence and the tests that must notice."""
    bugs = all_bugs()
    assert len(bugs) >= 12
    assert [bug.name for bug in bugs if not bug.what.endswith(".") or not bug.tests] == []


@pytest.mark.parametrize("bug", all_bugs(), ids=lambda bug: bug.name)
def test_a_bug_can_be_planted(bug, tmp_path):
    """Its patch fits the code as it is, and the tests it names exist."""
    for named in bug.tests:
        file, _, test = named.partition("::")
        assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text("utf-8"), named
    for line in bug.patch.read_text("utf-8").splitlines():
        if line.startswith("+++ b/"):
            touched = tmp_path / line.removeprefix("+++ b/")
            touched.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / line.removeprefix("+++ b/"), touched)
    assert plant(bug, tmp_path) == ""


def test_what_breaks_nothing_is_not_caught(tmp_path):
    """The tests pass, so it is reported as missed."""
    finding = look_for(written(tmp_path, HARMLESS))
    assert (False, finding.bug.tests) == (finding.is_caught, finding.missed)
    assert " MISSED " in line_of(finding)


def test_a_patch_that_fits_no_more_is_not_caught(tmp_path):
    """And the reason is reported."""
    finding = look_for(written(tmp_path, HARMLESS.replace('-"""What', '-"""What else')))
    assert not finding.is_caught
    assert "does not apply" in finding.said


def test_a_bug_that_does_not_exist_is_named(capsys, monkeypatch):
    """A typing error plants nothing."""
    monkeypatch.setattr(sys, "argv", ["planted.py", "no-such-bug"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "no-such-bug" in capsys.readouterr().err

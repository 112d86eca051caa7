"""The two locks fit the projects, and `.ci/lock_drift.py` finds where they do not."""

import importlib.util
import re
import shutil

import pytest


@pytest.fixture(scope="session")
def lock_drift(root):
    """Load the check that `make check` runs."""
    spec = importlib.util.spec_from_file_location("lock_drift", root / ".ci" / "lock_drift.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path, root):
    """Copy what the check reads."""
    for name in (
        "pyproject.toml",
        "schemas/pyproject.toml",
        "hookspecs/pyproject.toml",
        "demo/pyproject.toml",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(root / name, tmp_path / name)
    for name in ("requirements.lock", "requirements-demo.lock"):
        shutil.copy(root / name, tmp_path / name)
    return tmp_path


def edit(path, old, new):
    """Replace one text that must be there."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_locks_fit(lock_drift, root):
    """Every requirement of the four projects is pinned with hashes, in both locks alike; every pin is read."""
    assert lock_drift.findings() == []
    text = (root / "requirements.lock").read_text("utf-8")
    assert len(lock_drift.pins(text)) == len(re.findall(r"^\S", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("name", "old", "new", "finding"),
    [
        ("pyproject.toml", '"httpx>=', '"nowhere", "httpx>=', "requirements.lock lacks nowhere"),
        (
            "schemas/pyproject.toml",
            '"jsonschema>=',
            '"jsonschema>=900.',
            "requirements.lock pins jsonschema ",
        ),
        ("requirements.lock", "\n", "\n    --find-links=https://example.org\n", "names an address"),
        ("requirements-demo.lock", "httpx==", "httpx==0.", "requirements-demo.lock pins httpx 0.0."),
        ("requirements-demo.lock", "httpx==", "httpy==", "requirements-demo.lock lacks httpx"),
        ("requirements.lock", "", "nohash==1.0\n", "requirements.lock has no hash for nohash"),
    ],
)
def test_drift_is_seen(name, old, new, finding, lock_drift, tree):
    """A new, raised, moved or missing requirement, an address and a pin without a hash are found, with their name."""
    edit(tree / name, old, new)

    found = lock_drift.findings(tree)

    assert any(finding in row for row in found), found

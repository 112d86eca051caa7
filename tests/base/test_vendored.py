"""The vendored front-end files are what VENDORED.md says, and come with their licences."""

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "demo/web_base/static/vendor"
ROW = re.compile(r"^\| `([^`]+)` .*`(LICENSE\.\w+)` \| `([0-9a-f]{64})` \|$", re.MULTILINE)


def test_each_file_has_its_hash_and_licence():
    """Nothing was changed, nothing is unlisted."""
    rows = ROW.findall((ROOT / "VENDORED.md").read_text("utf-8"))

    assert {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name, _, _ in rows} == {
        name: digest for name, _, digest in rows
    }
    listed = {name for name, _, _ in rows} | {licence for _, licence, _ in rows}
    assert listed == {path.name for path in FOLDER.iterdir()}


def test_nothing_is_loaded_from_elsewhere():
    """No address of another machine in a template or stylesheet of ours, and no import by a vendored file."""
    for package in ("web_base", "carloop_sandbox", "planner_host"):
        for path in [
            *(ROOT / "demo" / package).rglob("*.html"),
            *(ROOT / "demo" / package).glob("static/*.*"),
        ]:
            text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
            assert not re.search(r"""(src|href|url|@import)\s*[=("']+\s*(https?:)?//""", text), path

"""Every cause that the client can name has a text in both languages."""

import re
from pathlib import Path

import carloop_plugin
from carloop_plugin.messages import de, en

ROOT = Path(carloop_plugin.__file__).parent
SOURCES = [*sorted((ROOT / "api").glob("*.py")), ROOT / "domain/addresses.py"]


def test_every_cause_has_its_texts_and_every_text_its_cause():
    """Keys in the source and keys in the catalogues are the same."""
    used = {key for path in SOURCES for key in re.findall(r'"(api\.[a-z_]+)"', path.read_text("utf-8"))}
    for catalogue in (de.TEXTS, en.TEXTS):
        assert used == {key for key in catalogue if key.startswith("api.")}

"""What the program says on a terminal, in English and German."""

import tomllib
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_suffix(".toml")

TEXTS: Final[dict[str, tuple[str, str]]] = {
    key: (texts["en"], texts["de"]) for key, texts in tomllib.loads(_FILE.read_text("utf-8")).items()
}
"""Key to English and German."""

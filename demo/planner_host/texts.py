"""What the program says on a terminal."""

from pathlib import Path
from typing import Final

from web_base.languages import program_texts

TEXTS: Final = program_texts(Path(__file__).parent / "locale")
"""Key to English and German."""

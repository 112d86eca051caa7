"""The planner's texts in both languages, read once however many planners a process serves."""

from functools import cache
from pathlib import Path
from typing import Final

from web_base.languages import Catalogues
from web_base.templates import BASE

FOLDER: Final = Path(__file__).parent


@cache
def catalogues() -> Catalogues:
    """Return the texts of the planner, and those it shares with other programs."""
    return Catalogues(BASE / "locale", FOLDER / "locale")

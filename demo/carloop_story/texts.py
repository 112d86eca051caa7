"""The story's texts, in catalogues as the pages have them."""

from functools import cache
from pathlib import Path

from web_base.languages import Catalogues, Language


@cache
def language_of(locale: str) -> Language:
    """Return the texts in German or English."""
    return Catalogues(Path(__file__).parent / "locale")[locale]

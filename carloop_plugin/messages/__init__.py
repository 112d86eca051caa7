"""The provider's texts, one catalogue a language. A test holds the two together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module


def text(key: str, locale: str, params: Mapping[str, str] | None = None) -> str:
    """Return the text of a key in German (`de…`) or else in English, its `{names}` filled in."""
    return _catalogue(locale)[key].format_map(params or {})


def find_text(key: str, locale: str, params: Mapping[str, str] | None = None) -> str | None:
    """Return the text of a key as `text` does; None where the catalogues have none."""
    return text(key, locale, params) if key in _catalogue(locale) else None


def advice(key: str, locale: str, params: Mapping[str, str] | None = None) -> str:
    """Return the text of a key and, where the catalogue has one (`KEY.hint`), what to do about it."""
    catalogue = _catalogue(locale)
    hint = catalogue.get(f"{key}.hint", "")
    return f"{catalogue[key]} {hint}".rstrip().format_map(params or {})


@cache
def _catalogue(locale: str) -> dict[str, str]:
    language = "de" if locale.lower().startswith("de") else "en"
    catalogue: dict[str, str] = import_module(f"{__name__}.{language}").TEXTS
    return catalogue

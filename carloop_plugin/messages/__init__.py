"""The provider's texts, one catalogue a language. A test holds the two together."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module


def text(key: str, locale: str, params: Mapping[str, str] | None = None) -> str:
    """Give the text of a key in German (`de…`) or else in English, its `{names}` filled in."""
    return _catalogue(locale)[key].format_map(dict(params or {}))


def advice(key: str, locale: str, params: Mapping[str, str] | None = None) -> str:
    """Give the text of a key and, where the catalogue has one (`KEY.hint`), what to do about it."""
    hint = f"{key}.hint"
    keys = (key, hint) if hint in _catalogue(locale) else (key,)
    return " ".join(text(each, locale, params) for each in keys)


def _catalogue(locale: str) -> dict[str, str]:
    language = "de" if locale.lower().startswith("de") else "en"
    catalogue: dict[str, str] = import_module(f"{__name__}.{language}").TEXTS
    return catalogue

"""The provider's texts, one catalogue a language. A test holds the two together."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module


def text(key: str, locale: str, params: Mapping[str, str] | None = None) -> str:
    """Give the text of a key in German (`de…`) or else in English, its `{names}` filled in."""
    language = "de" if locale.lower().startswith("de") else "en"
    catalogue: dict[str, str] = import_module(f"{__name__}.{language}").TEXTS
    return catalogue[key].format_map(dict(params or {}))

"""The command line's texts, one catalogue a language. A test holds the two together."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise, takewhile

LANGUAGES = ("de", "en")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts in one language: `texts("outcome.done", rental="R-1")`."""

    locale: str

    def __call__(self, key: str, /, **params: object) -> str:
        """Return a text, its `{names}` filled in. Raise `KeyError` for a key there is none of."""
        return self._catalogue()[key].format_map(params)

    def has(self, key: str) -> bool:
        """Return whether there is a text of that key."""
        return key in self._catalogue()

    def _catalogue(self) -> dict[str, str]:
        catalogue: dict[str, str] = import_module(f"{__name__}.{self.locale}").TEXTS
        return catalogue


def choose_language(arguments: Sequence[str], environ: Mapping[str, str] | None = None) -> str:
    """Choose the language: `--lang` wherever it stands, else the locale; English for any but German."""
    for argument, following in pairwise([*takewhile("--".__ne__, arguments), ""]):
        name, _, value = argument.partition("=")
        if name == "--lang" and language_of(value or following) in LANGUAGES:
            return language_of(value or following)
    environ = os.environ if environ is None else environ
    locale = next(filter(None, map(environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "de" if language_of(locale) == "de" else "en"


def language_of(locale: str) -> str:
    """Return the language of a locale: `de` of `DE`, `de-AT` and `de_DE.UTF-8`."""
    return re.split(r"[-_.]", locale.strip().lower())[0]

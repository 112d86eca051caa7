"""The two languages of a page: which one, its texts, and how it writes times and money.

Texts are kept in Babel catalogues, a key to a text in each language: `locale/de/LC_MESSAGES/messages.po`. They are
read as they are, so nothing has to be compiled. Times are shown on the wall clock of a given zone, in 24 hours.
"""

import gettext
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

LANGUAGES: Final = ("de", "en")
COOKIE: Final = "lang"
_LOCALES: Final = {"de": Locale("de", "DE"), "en": Locale("en", "GB")}
# A tag of ours, its region aside, and its weight: `de-AT;q=0.8`. What cannot be read counts for nothing.
_ACCEPTED: Final = re.compile(r"(?:^|,)\s*(de|en)(?:-[^,;]*)?\s*(?:;\s*q=(\d+(?:\.\d*)?|\.\d+))?\s*(?=,|$)")
_DATES: Final = {"de": "dd.MM.yyyy", "en": "dd/MM/yyyy"}


@dataclass(frozen=True, slots=True)
class Language:
    """One language; `code` is `de` or `en`."""

    code: str
    _texts: gettext.NullTranslations = field(repr=False)

    def text(self, key: str, **values: object) -> str:
        """Return a text with its values put in. A key that is nowhere is shown as it is; a test finds those."""
        text = self._texts.gettext(key)
        return text.format(**values) if values else text

    def count(self, key: str, number: int, **values: object) -> str:
        """Return a text that depends on a number, which it may show as `{n}`."""
        text = self._texts.ngettext(key, key, number)
        return text.format(n=self.number(number), **values)

    def day(self, when: date) -> str:
        """Write a day: `02.03.2026`, in English `02/03/2026`."""
        return format_date(when, _DATES[self.code], locale=self.locale)

    def weekday(self, when: date, *, short: bool = False) -> str:
        """Write a day's name: `Montag`, or `Mo`; in English `Monday`, or `Mon`."""
        return format_date(when, "EEE" if short else "EEEE", locale=self.locale).removesuffix(".")

    def day_and_month(self, when: date) -> str:
        """Write a day without its year, the month in words: `2. März`, in English `2 March`."""
        return format_skeleton("MMMMd", datetime(when.year, when.month, when.day), locale=self.locale)  # noqa: DTZ001

    def short_day(self, when: date) -> str:
        """Write a day without its year: `02.03.`, in English `02/03`."""
        return format_date(when, _DATES[self.code].removesuffix("yyyy").removesuffix("/"), locale=self.locale)

    def time(self, when: datetime, zone: tzinfo) -> str:
        """Write a time of day on a zone's wall clock: `08:30`."""
        return when.astimezone(zone).strftime("%H:%M")

    def moment(self, when: datetime, zone: tzinfo) -> str:
        """Write a day and a time: `02.03.2026, 08:30`."""
        local = when.astimezone(zone)
        return f"{self.day(local)}, {local:%H:%M}"

    def lasting(self, span: timedelta) -> str:
        """Write how long something takes: `40 Min.`, `2 Std.`."""
        return format_timedelta(span, format="short", threshold=1.5, locale=self.locale)

    def money(self, amount: str, currency: str) -> str:
        """Write an amount: `49,90 €`."""
        return _money(amount, currency, self.code)

    def number(self, number: int) -> str:
        """Write a whole number with its groups: `1.250`."""
        return format_decimal(number, locale=self.locale)

    @property
    def locale(self) -> Locale:
        """Return Babel's locale: German of Germany, English of Britain, whose days come first as ours do."""
        return _LOCALES[self.code]


class Catalogues:
    """A program's texts in both languages, its own before those it shares."""

    def __init__(self, *folders: Path, domain: str = "messages") -> None:
        """Read the catalogues of folders that hold `de/LC_MESSAGES/DOMAIN.po` and `en/…`, the last first."""
        self._languages = {code: Language(code, _read(code, folders, domain)) for code in LANGUAGES}

    def __getitem__(self, code: str) -> Language:
        return self._languages[code]

    def choose(self, query: Mapping[str, str], cookies: Mapping[str, str], accepted: str) -> Language:
        """Choose: what was asked for on the page, what was chosen before, what the browser prefers; else German."""
        for chosen in (query.get("lang"), cookies.get(COOKIE)):
            if chosen in LANGUAGES:
                return self[chosen]
        return self[preferred(accepted)]


# A list of cars has few prices, and Babel takes its time for each.
@lru_cache(maxsize=1024)
def _money(amount: str, currency: str, code: str) -> str:
    return format_currency(Decimal(amount), currency, locale=_LOCALES[code])


def preferred(accepted: str) -> str:
    """Return the language that an `Accept-Language` header likes best; German where it names neither."""
    weighed = [(float(weight or 1), code) for code, weight in _ACCEPTED.findall(accepted.lower())]
    weight, best = max(weighed, key=itemgetter(0), default=(0.0, "de"))
    return best if weight > 0 else "de"


def _read(code: str, folders: Sequence[Path], domain: str) -> gettext.NullTranslations:
    texts = gettext.NullTranslations()
    for folder in folders:
        # gettext reads compiled catalogues alone; compiled in memory, none can be older than its source.
        compiled = io.BytesIO()
        with (folder / code / "LC_MESSAGES" / f"{domain}.po").open("rb") as source:
            write_mo(compiled, read_po(source, locale=code))
        compiled.seek(0)
        own = gettext.GNUTranslations(compiled)
        own.add_fallback(texts)
        texts = own
    return texts

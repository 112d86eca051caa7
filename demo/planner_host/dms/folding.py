"""Text made tidy, and comparable: however somebody types a name, it ends up as the same letters.

Whatever stands in a text, folding its beginning gives the beginning of its folding: so a name can be looked up
while it is being typed.
"""

import re
import unicodedata
from typing import Final

# Letters that Unicode does not take apart into a base and a mark.
_LETTERS: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ə": "e", "ŋ": "n"}
    | {"æ": "ae", "œ": "oe", "þ": "th"}
)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_E_OF_AN_UMLAUT: Final = re.compile("(?<=[aou])e+")

# District, letters, digits, and the E or H of electric and historic cars. Without a gap nobody knows where one ends.
_PLATE: Final = re.compile(r"([A-ZÄÖÜ]{1,3})[\s-]+([A-Z]{1,2})[\s-]*([1-9]\d{0,3})\s*([EH]?)")


def tidy(text: str) -> str:
    """Return a text as one line: letters composed, any white space as single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def written_plate(text: str) -> str:
    """Return a licence plate as it is written: `ka bg 77` is `KA-BG 77`; one of another country in capitals."""
    plate = tidy(text).upper()
    found = _PLATE.fullmatch(plate)
    return f"{found[1]}-{found[2]} {found[3]}{found[4]}" if found else plate


def is_visible(text: str) -> bool:
    """Return whether a person would see anything: letters, digits, signs, but neither blanks nor control characters."""
    return any(unicodedata.category(character)[0] not in "CZ" for character in text)


def plain(text: str) -> str:
    """Return a text in small letters without marks: `Łódź` is `lodz`, `Strauß` is `strauss`, `Müller` is `muller`."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    if letters.isascii():  # most words are, and an import has a million
        return letters
    return "".join(each for each in letters if not unicodedata.combining(each)).translate(_LETTERS)


def without_umlauts(text: str) -> str:
    """Drop the e by which an umlaut is written out, so that `mueller` meets `muller`."""
    # It drops the e of `Bauer` as well; both sides of a comparison do, so `Bauer` is still found, and `Baur` with it.
    return _E_OF_AN_UMLAUT.sub("", text)


def written_out(text: str) -> str:
    """Return a text in small letters with its umlauts written out, as telephone books sort: `Müller` is `mueller`."""
    return plain(unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS))

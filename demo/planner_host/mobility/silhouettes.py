"""Which silhouette is shown where an offer has no picture, by its kind and the name of its class."""

import re
from functools import lru_cache
from typing import Final

_CLASSES: Final = (
    ("van", r"transport|van\b|bus|kasten|lkw|truck"),
    ("suv", r"suv|gel[äa]nde|off.?road|pick.?up"),
    ("estate", r"kombi|estate|touring|variant|wagon"),
    ("convertible", r"cabrio|convertible|roadster"),
    ("small", r"klein|mini|small|economy|stadt|city"),
    ("sedan", r"limousine|mittel|ober|sedan|saloon|premium|luxury|standard"),
)
_NO_CARS: Final = ("bike", "taxi", "transit", "other")


# A list of hundreds of cars has a dozen classes.
@lru_cache(maxsize=512)
def silhouette_of(kind: str, class_id: str, class_name: str) -> str:
    """Return the name of a silhouette of `silhouettes.svg`; `compact` for a car of whatever class."""
    if kind in _NO_CARS:
        return kind
    words = f"{class_id} {class_name}".lower()
    return next((name for name, pattern in _CLASSES if re.search(pattern, words)), "compact")

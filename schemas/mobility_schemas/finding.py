"""What is found wrong with a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that is wrong, and a sentence about it.

    Attributes:
        pointer: JSON Pointer (RFC 6901), "" for the whole document.
        message: a sentence in the language that was asked for; it holds no value of the document.
    """

    pointer: str
    message: str


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """Why a document is refused, before it becomes a sentence.

    Attributes:
        pointer: JSON Pointer to the place.
        place: the same for logs: what the schema does not name is written as "…".
        key: which sentence describes it (`mobility_schemas.sentences`).
        details: what the sentence needs, all of it from the schema.
    """

    pointer: str
    # apart from `pointer`, since a document may hold a person's data in the name of a field
    place: str
    key: str
    details: Mapping[str, object] = field(default_factory=dict)

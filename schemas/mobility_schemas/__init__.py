"""The documents that a workshop planner and a mobility provider exchange, and their validation.

`validate` decides, `explain` lists what is wrong. Importing this package costs next to nothing: schemas and engines are
loaded by the first document that is validated.
"""

from __future__ import annotations

from mobility_schemas.refusal import InvalidDocument

__all__ = ["Finding", "InvalidDocument", "__version__", "explain", "validate"]
__version__ = "1.1.0"

# Spelt out instead of imported: `typing` and `dataclasses` would be most of this package's import time.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from mobility_schemas.finding import Finding

REQUESTS = frozenset({"appointment", "mobility_request", "rental_change", "erasure_subjects"})
"""What a host asks with: there a field that the contract does not know is a mistake, and refused."""

MOST_FINDINGS = 20


def validate(document: object, name: str, *, closed: bool | None = None, explained: bool = True) -> None:
    """Return when a document is valid, else raise `InvalidDocument`.

    Args:
        document: anything at all; a valid one is made of dicts, lists, text, numbers, booleans and None.
        name: a file of `contract/` ("appointment", "mobility_offer", …), or "carloop/NAME" for a component of Carloop's
            OpenAPI document.
        closed: whether unknown fields are refused, at any depth. None: as the contract wants it, that is for
            appointment, mobility_request, rental_change and erasure_subjects, and for no other.
        explained: whether a refusal names the place. Finding it takes 100 ms and more the first time, and some ten
            with a long document: too long for who has no time left.

    Raises:
        InvalidDocument: the document is not valid; it names the first place that is not, or the whole document.
        LookupError: there is no document of that name.
        RuntimeError: an engine does not check formats, or a package that it needs is missing.
    """
    from mobility_schemas.validators import is_valid

    strict = name in REQUESTS if closed is None else closed
    if is_valid(document, name, closed=strict):
        return
    if explained:
        from mobility_schemas.explaining import reasons

        raise InvalidDocument(name, reasons(document, name, strict, most=1)[0])
    from mobility_schemas.finding import RefusalReason

    raise InvalidDocument(name, RefusalReason("", "", "form"))


def explain(
    document: object, name: str, *, closed: bool | None = None, locale: str = "en"
) -> tuple[Finding, ...]:
    """List what is wrong with a document: at most 20 findings, none when it is valid.

    Args:
        document, name, closed: as for `validate`.
        locale: language of the sentences, "de" or "en".

    Raises:
        LookupError: there is no document of that name.
        RuntimeError: as for `validate`.
    """
    from mobility_schemas.validators import is_valid

    strict = name in REQUESTS if closed is None else closed
    if is_valid(document, name, closed=strict):
        return ()
    from mobility_schemas.explaining import reasons
    from mobility_schemas.finding import Finding
    from mobility_schemas.sentences import sentence

    found = reasons(document, name, strict, most=MOST_FINDINGS)
    return tuple(Finding(reason.pointer, sentence(reason, locale)) for reason in found)


def __getattr__(name: str) -> object:
    if name == "Finding":
        from mobility_schemas.finding import Finding

        return Finding
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""The exception for a document that is not valid."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mobility_schemas.finding import RefusalReason


class InvalidDocument(ValueError):
    """Raised for a document that is not valid; holds where, and why.

    Neither the text, the repr nor the arguments hold anything of the document itself: no value, and no field name that
    the schema does not name. `pointer` alone may end in the name of an unknown field.

    Attributes:
        name: the document's type, such as "appointment".
        pointer: JSON Pointer to the place, "" for the whole document. A missing field is pointed at where it should be;
            of an unknown field, the field itself.
        message: one English sentence.
    """

    def __init__(self, name: str, reason: RefusalReason) -> None:
        # Imported here: most processes never refuse a document, and need no sentences.
        from mobility_schemas.sentences import sentence

        self.name = name
        self.pointer = reason.pointer
        self.message = sentence(reason, "en")
        self._reason = reason
        super().__init__(f"{name}{reason.place and ' at ' + reason.place}: {self.message}")

    def in_language(self, locale: str) -> str:
        """Return the sentence in a language, "de" or "en"."""
        from mobility_schemas.sentences import sentence

        return sentence(self._reason, locale)

    def __reduce__(self) -> tuple[type[InvalidDocument], tuple[str, RefusalReason]]:
        """Keep the exception picklable: it is not made from its `args`."""
        return (type(self), (self.name, self._reason))

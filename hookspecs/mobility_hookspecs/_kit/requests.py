"""Judge what a host hands to the kit, before any provider sees it.

Each ``with_…`` prepares the arguments of a hook: called with a locale, what it gives holds copies, or it
raises ``MobilityProblem`` with ``invalid_document``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn, TypeAlias, cast

from mobility_hookspecs.problems import MobilityProblem, ProblemCode, make_problem
from mobility_schemas import InvalidDocument, validate
from mobility_schemas.plain import NotPlain, plain_copy

Arguments: TypeAlias = Mapping[str, object]
Accept: TypeAlias = Callable[[str], Arguments]

_NO_LIST = {
    "de": "Erwartet wird eine Liste von Terminnummern.",
    "en": "A list of appointment ids is expected.",
}
_NO_JSON = {
    "de": "Das Dokument enthält, was in JSON nicht vorkommt.",
    "en": "The document holds what JSON does not know.",
}


def accept_document(document: object, name: str, *, locale: str) -> dict[str, object]:
    """Accept a request document, closed: unknown fields are refused at any depth.

    :param name: the document's name in the contract, such as ``appointment``.
    :param locale: ``de`` or ``en``, for the problem.
    """
    try:
        copied = plain_copy(document)
    except NotPlain:
        # Its schema refuses what cannot be copied too, and says where; the sentence below is for the rest.
        _accept(document, name, closed=True, pointer="", locale=locale)
        _refuse(_NO_JSON[locale], "", locale=locale)
    _accept(copied, name, closed=True, pointer="", locale=locale)
    return cast("dict[str, object]", copied)


def with_document(argument: str, document: object, name: str) -> Accept:
    """Prepare to accept a document as the hook's only argument.

    :param argument: the argument's name.
    """
    return lambda locale: {argument: accept_document(document, name, locale=locale)}


def with_site(site: object) -> Accept:
    """Prepare to accept a site as the hook's only argument."""
    return lambda locale: {"site": _accepted_site(site, locale=locale)}


def with_appointment_ids(appointment_ids: object) -> Accept:
    """Prepare to accept ids of appointments; one given twice is asked once."""
    return lambda locale: {"appointment_ids": _accepted_ids(appointment_ids, locale=locale)}


def with_nothing(_locale: str) -> Arguments:
    """Accept a question that needs no arguments."""
    return {}


def echo(document: object, field: str, name: str) -> str | None:
    """Give one field of a refused document if it at least is readable, for the answer to bear it.

    :param field: the field's name in the document.
    :param name: the schema the field's value keeps.
    """
    if not isinstance(document, dict):
        return None
    held = cast("Mapping[str, object]", document).get(field)
    try:
        validate(held, name)
    except InvalidDocument:
        return None
    return cast("str", plain_copy(held))


def _accepted_site(site: object, *, locale: str) -> str:
    _accept(site, "site", pointer="/site", locale=locale)
    return cast("str", plain_copy(site))


def _accepted_ids(appointment_ids: object, *, locale: str) -> list[str]:
    if not isinstance(appointment_ids, list | tuple):
        _refuse(_NO_LIST[locale], "", locale=locale)
    for index, appointment_id in enumerate(appointment_ids):
        _accept(appointment_id, "appointment_id", pointer=f"/{index}", locale=locale)
    return cast("list[str]", plain_copy(list(appointment_ids)))


def _accept(document: object, name: str, *, closed: bool | None = None, pointer: str, locale: str) -> None:
    try:
        validate(document, name, closed=closed)
    except InvalidDocument as error:
        _refuse(error.in_language(locale), pointer + error.pointer, locale=locale)


def _refuse(detail: str, pointer: str, *, locale: str) -> NoReturn:
    code = ProblemCode.INVALID_DOCUMENT
    raise MobilityProblem(make_problem(code, locale=locale, detail=detail, pointer=pointer)) from None

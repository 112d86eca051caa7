"""What each hook is asked with and may answer: one row a hook, and how both are validated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, cast

from mobility_hookspecs._kit.rejections import AnswerError, InvalidAnswer
from mobility_hookspecs._kit.sanitize import remove_unsafe_links, sanitize_settings
from mobility_hookspecs.problems import MobilityProblem, ProblemCode, make_problem
from mobility_schemas import InvalidDocument, validate
from mobility_schemas.plain import NotPlain, plain_copy

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

Document = TypeVar("Document")
Fields: TypeAlias = dict[str, object]

_NO_LIST = {
    "de": "Erwartet wird eine Liste von Terminnummern.",
    "en": "A list of appointment ids is expected.",
}
_NO_JSON = {
    "de": "Das Dokument enthält, was in JSON nicht vorkommt.",
    "en": "The document holds what JSON does not have.",
}
_NO_VEHICLE: Fields = {}
_NOT_COPIED = object()


def accept_request(hook: Hook[Document], request: object, *, locale: str) -> Fields:
    """Return the hook's arguments but the context: copies, unknown fields refused at any depth.

    :raises MobilityProblem: ``invalid_document``, in the given language.
    """
    if not hook.argument:
        return {}
    if hook.argument == "appointment_ids":
        return {hook.argument: _accepted_ids(request, locale=locale)}
    pointer = "/site" if hook.argument == "site" else ""
    return {hook.argument: _valid_copy(request, hook.request, pointer=pointer, locale=locale)}


def read_answer(hook: Hook[Document], raw: object, *, provider: str, request: object) -> Document:
    """Return the host's own copy of a provider's answer: sanitized, valid, and in the provider's own name.

    :param request: what the hook was asked with, without the context.
    :raises InvalidAnswer: it is none that this provider may give to this request.
    """
    if raw is None and hook.may_answer_none:
        return cast("Document", None)
    answer = hook.copy(raw)
    documents = answer if isinstance(answer, list) else [answer]
    named = [part for path in ("", *hook.parts) for part in _parts(documents, path)]
    # Before the validation, which would refuse the whole answer for one bad link.
    for part in named:
        remove_unsafe_links(part)
    try:
        for document in documents:
            validate(document, hook.answer)
    except InvalidDocument as error:
        raise InvalidAnswer.by_schema(error) from None
    for part in named:
        if part.get("provider") != provider:
            raise InvalidAnswer.because(AnswerError.NOT_ASKED_FOR, "provider")
    return cast("Document", hook.check(answer, request) if hook.check else answer)


def read_document(raw: object, name: str) -> object:
    """Return the host's own copy of a document that no request stands behind: a description, a problem.

    :raises InvalidAnswer: it is not valid.
    """
    document = _copied(raw)
    try:
        validate(document, name)
    except InvalidDocument as error:
        raise InvalidAnswer.by_schema(error) from None
    return document


def _valid_copy(request: object, name: str, *, pointer: str, locale: str) -> object:
    try:
        copied = plain_copy(request)
    except NotPlain:
        copied = _NOT_COPIED
    try:
        # The schema refuses what cannot be copied, too, and names the place.
        validate(request if copied is _NOT_COPIED else copied, name, closed=True)
    except InvalidDocument as error:
        place = pointer + error.pointer
        raise _invalid_document(error.in_language(locale), place, locale=locale) from None
    if copied is _NOT_COPIED:
        raise _invalid_document(_NO_JSON[locale], pointer, locale=locale)
    return copied


def _accepted_ids(appointment_ids: object, *, locale: str) -> list[object]:
    if not isinstance(appointment_ids, list | tuple):
        raise _invalid_document(_NO_LIST[locale], "", locale=locale)
    return [
        _valid_copy(each, "appointment_id", pointer=f"/{index}", locale=locale)
        for index, each in enumerate(appointment_ids)
    ]


def _invalid_document(detail: str, pointer: str, *, locale: str) -> MobilityProblem:
    code = ProblemCode.INVALID_DOCUMENT
    return MobilityProblem(make_problem(code, locale=locale, detail=detail, pointer=pointer))


def _parts(documents: Iterable[object], path: str) -> list[Fields]:
    """Return what lies in some documents at a path such as ``settled.rental``, of a list each entry."""
    found = list(documents)
    for name in filter(None, path.split(".")):
        held = [part.get(name) for part in found if type(part) is dict]
        found = [one for each in held for one in (each if isinstance(each, list | tuple) else [each])]
    return [part for part in found if type(part) is dict]


def _copied(raw: object, kind: type = dict) -> object:
    # type() and not isinstance(): an object may lie about its __class__.
    if not issubclass(type(raw), kind):
        raise InvalidAnswer.because(AnswerError.WRONG_TYPE, type(raw).__name__)
    try:
        return plain_copy(raw)
    except NotPlain:
        raise InvalidAnswer.because(AnswerError.NOT_JSON) from None


def _copied_settings(raw: object) -> object:
    settings = cast("Fields", _copied(raw))
    sanitize_settings(settings)
    return settings


def _copied_offer(raw: object) -> object:
    """Copy the offer, its list and each option, sanitized; what lies deeper stays the provider's own.

    A copy of a thousand options to their depth takes longer than all the rest.
    """
    offer = cast("Fields", dict(raw) if type(raw) is dict else _copied(raw))
    options = offer.get("options")
    if isinstance(options, list | tuple):
        offer["options"] = [_copied_option(option) for option in options]
    return offer


def _copied_option(option: object) -> object:
    if not issubclass(type(option), dict):
        return option  # for the validation, which names its place
    vehicle = option.get("vehicle", _NO_VEHICLE) if type(option) is dict else None
    if type(vehicle) is not dict:
        copied = _copied(option)
    else:
        copied = cast("Fields", option).copy()
        if "image_url" not in vehicle:
            return copied
    remove_unsafe_links(cast("Fields", copied))
    return copied


def _check_options(offer: Fields, _request: object) -> Fields:
    # In one loop without a call for each of a thousand options.
    for option in cast("list[Fields]", offer["options"]):
        if option["provider"] != offer["provider"]:
            raise InvalidAnswer.because(AnswerError.NOT_ASKED_FOR, "provider")
    return offer


def _check_same(answer: Fields, request: object, *, field: str, named: str) -> Fields:
    """Require a field of the answer to be the request itself, or the request's field of a name."""
    asked = cast("Fields", request)[named] if isinstance(request, dict) else request
    if answer.get(field) != asked:
        raise InvalidAnswer.because(AnswerError.NOT_ASKED_FOR, field)
    return answer


def _check_change(outcome: Fields, change: Mapping[str, str]) -> Fields:
    """Require the change's own id; a UUID in capitals is the same one, written as the host wrote it."""
    if str(outcome["change_id"]).lower() != change["change_id"].lower():
        raise InvalidAnswer.because(AnswerError.NOT_ASKED_FOR, "change_id")
    return outcome | {"change_id": change["change_id"]}


def _check_states(answer: list[Fields], appointment_ids: list[str]) -> list[Fields]:
    """Return one state for each id, in the order asked; an id asked twice may be answered once or twice."""
    states: dict[object, Fields] = {}
    for state in answer:
        if states.setdefault(state["appointment_id"], state) != state:
            raise InvalidAnswer.because(AnswerError.SEVERAL_STATES)
    expected = (len(appointment_ids), len(set(appointment_ids)))
    if set(states) != set(appointment_ids) or len(answer) not in expected:
        raise InvalidAnswer.because(AnswerError.OTHER_APPOINTMENTS)
    return [states[appointment_id] for appointment_id in appointment_ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook(Generic[Document]):
    """One hook of the contract, as the host kit asks it.

    :ivar argument: the name of its argument beside the context; empty where it has none.
    :ivar request: the document that the argument has to be.
    :ivar answer: the document that the answer, or each entry of its list, has to be.
    :ivar parts: paths to the parts of an answer that name their provider, as the answer itself does.
    :ivar copy: returns the host's own copy of an answer; raises ``InvalidAnswer``.
    :ivar check: compares a valid answer with the request, and returns the document for the host.
    :ivar may_answer_none: whether None is an answer.
    :ivar is_asked_of_all: whether a provider without the hook is a failure ``not_supported``.
    """

    name: str
    argument: str = ""
    request: str = ""
    answer: str
    parts: tuple[str, ...] = ()
    copy: Callable[[object], object] = _copied
    check: Callable[..., object] | None = None
    may_answer_none: bool = False
    is_asked_of_all: bool = False


_check_site = partial(_check_same, field="site", named="site")

_IN_STATE = ("rental", "proposals.change")
_IN_OUTCOME = ("rental", "alternatives")
_IN_REPORT = ("settled", "settled.rental", "settled.alternatives", "changed")

APPOINTMENT_SAVED: Hook[contract.MobilityStep] = Hook(
    name="on_appointment_saved",
    argument="appointment",
    request="appointment",
    answer="mobility_step",
    parts=_IN_STATE,
    check=partial(_check_same, field="appointment_id", named="id"),
    may_answer_none=True,
)
FILTERS: Hook[contract.MobilityFilters] = Hook(
    name="provide_mobility_filters", argument="site", request="site", answer="mobility_filters"
)
OPTIONS: Hook[contract.MobilityOffer] = Hook(
    name="provide_mobility_options",
    argument="request",
    request="mobility_request",
    answer="mobility_offer",
    copy=_copied_offer,
    check=_check_options,
)
RENTAL_CHANGE: Hook[contract.RentalOutcome] = Hook(
    name="on_rental_change",
    argument="change",
    request="rental_change",
    answer="rental_outcome",
    parts=_IN_OUTCOME,
    check=_check_change,
)
STATES: Hook[list[contract.MobilityState]] = Hook(
    name="provide_mobility_states",
    argument="appointment_ids",
    answer="mobility_state",
    parts=_IN_STATE,
    copy=partial(_copied, kind=list),
    check=_check_states,
)
RECONCILE: Hook[contract.ReconcileReport] = Hook(
    name="reconcile_rentals", answer="reconcile_report", parts=_IN_REPORT
)
SETTINGS: Hook[contract.ProviderSettings] = Hook(
    name="provide_provider_settings",
    argument="site",
    request="site",
    answer="provider_settings",
    copy=_copied_settings,
    check=_check_site,
)
SAVE_SETTINGS: Hook[contract.CheckReport] = Hook(
    name="save_provider_settings",
    argument="settings",
    request="provider_settings",
    answer="check_report",
    check=_check_site,
)
CHECK: Hook[contract.CheckReport] = Hook(
    name="check_mobility_provider",
    argument="site",
    request="site",
    answer="check_report",
    check=_check_site,
)
ERASE: Hook[contract.ErasureReport] = Hook(
    name="on_personal_data_erased",
    argument="subjects",
    request="erasure_subjects",
    answer="erasure_report",
    is_asked_of_all=True,
)

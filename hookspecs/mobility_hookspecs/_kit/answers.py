"""Judge what a provider answered: its kind, its schema, and whose name it bears.

Each ``read_…`` takes the raw answer, the provider's id and the arguments it was asked with, and gives a
document of the host's own, or raises ``InvalidAnswer``.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

from mobility_hookspecs._kit.invalid_answer import Flaw, InvalidAnswer
from mobility_hookspecs._kit.sanitize import (
    clean_option,
    clean_outcome,
    clean_rental,
    clean_report,
    clean_settings,
)
from mobility_schemas import InvalidDocument, validate
from mobility_schemas.plain import NotPlain, plain_copy

if TYPE_CHECKING:
    from mobility_schemas.documents import (
        CheckReport,
        ErasureReport,
        MobilityFilters,
        MobilityOffer,
        MobilityState,
        MobilityStep,
        Problem,
        ProviderInfo,
        ProviderSettings,
        ReconcileReport,
        RentalChange,
        RentalOutcome,
    )

Fields: TypeAlias = dict[str, object]
Asked: TypeAlias = Mapping[str, object]

_NO_VEHICLE: Fields = {}


def dispose(answer: object) -> None:
    """Close an answer that would warn or linger when it is thrown away: a coroutine or a generator."""
    if type(answer) in (types.CoroutineType, types.GeneratorType):
        cast("types.GeneratorType[object, object, object]", answer).close()


def read_info(raw: object) -> ProviderInfo:
    """Read what ``describe_mobility_provider`` answered."""
    return cast("ProviderInfo", _valid(_copied(raw), "provider_info"))


def read_problem(raw: object) -> Problem:
    """Read the document of a ``MobilityProblem``."""
    return cast("Problem", _valid(_copied(raw), "problem"))


def read_step(raw: object, provider: str, asked: Asked) -> MobilityStep | None:
    """Read what ``on_appointment_saved`` answered; None is an answer."""
    if raw is None:
        return None
    step = _copied(raw)
    clean_rental(step.get("rental"))
    _valid(step, "mobility_step")
    _own_state(step, provider)
    _same(step, "appointment_id", cast("Fields", asked["appointment"])["id"])
    return cast("MobilityStep", step)


def read_filters(raw: object, provider: str, _asked: Asked) -> MobilityFilters:
    """Read what ``provide_mobility_filters`` answered."""
    return cast("MobilityFilters", _own(_valid(_copied(raw), "mobility_filters"), provider))


def read_offer(raw: object, provider: str, _asked: Asked) -> MobilityOffer:
    """Read what ``provide_mobility_options`` answered.

    The offer, its list and each option are copies; what lies deeper is the provider's own, for a copy of
    a thousand options to their depth takes longer than all the rest.
    """
    _kind(raw, dict)
    offer = cast("Fields", dict(raw) if type(raw) is dict else _copy(raw))
    options = offer.get("options")
    if isinstance(options, list | tuple):
        offer["options"] = [_option(option) for option in options]
    _own(_valid(offer, "mobility_offer"), provider)
    read = cast("list[Fields]", offer["options"])
    # The strays alone: a call for each of a thousand options would be a tenth of their validation.
    _all_own([option for option in read if option["provider"] != provider], provider)
    return cast("MobilityOffer", offer)


def read_outcome(raw: object, provider: str, asked: Asked) -> RentalOutcome:
    """Read what ``on_rental_change`` answered to this change; None is no answer, it was asked by name."""
    outcome = _copied(raw)
    clean_outcome(outcome)
    _valid(outcome, "rental_outcome")
    _own_outcome(outcome, provider)
    change_id = cast("RentalChange", asked["change"])["change_id"]
    if str(outcome["change_id"]).lower() != change_id.lower():
        raise InvalidAnswer.by_flaw(Flaw.OTHERS_NAME, "change_id")
    outcome["change_id"] = change_id
    return cast("RentalOutcome", outcome)


def read_states(raw: object, provider: str, asked: Asked) -> list[MobilityState]:
    """Read what ``provide_mobility_states`` answered: one state an id, given in the order asked."""
    _kind(raw, list)
    states: dict[object, Fields] = {}
    for state in cast("list[Fields]", _copy(raw)):
        _kind(state, dict)
        clean_rental(state.get("rental"))
        _own_state(_valid(state, "mobility_state"), provider)
        if states.setdefault(state["appointment_id"], state) != state:
            raise InvalidAnswer.by_flaw(Flaw.TWO_STATES)
        states[state["appointment_id"]] = state
    appointment_ids = cast("list[str]", asked["appointment_ids"])
    expected = (len(appointment_ids), len(set(appointment_ids)))
    if set(states) != set(appointment_ids) or len(cast("list[object]", raw)) not in expected:
        raise InvalidAnswer.by_flaw(Flaw.STATES_ASKED)
    return [cast("MobilityState", states[appointment_id]) for appointment_id in appointment_ids]


def read_report(raw: object, provider: str, _asked: Asked) -> ReconcileReport:
    """Read what ``reconcile_rentals`` answered."""
    report = _copied(raw)
    clean_report(report)
    _own(_valid(report, "reconcile_report"), provider)
    for outcome in _members(report, "settled"):
        _own_outcome(outcome, provider)
    _all_own(_members(report, "changed"), provider)
    return cast("ReconcileReport", report)


def read_settings(raw: object, provider: str, asked: Asked) -> ProviderSettings:
    """Read what ``provide_provider_settings`` answered."""
    settings = _copied(raw)
    clean_settings(settings)
    _same(_own(_valid(settings, "provider_settings"), provider), "site", asked["site"])
    return cast("ProviderSettings", settings)


def read_check(raw: object, provider: str, asked: Asked) -> CheckReport:
    """Read what ``check_mobility_provider`` answered."""
    report = _own(_valid(_copied(raw), "check_report"), provider)
    return cast("CheckReport", _same(report, "site", asked["site"]))


def read_saved(raw: object, provider: str, asked: Asked) -> CheckReport:
    """Read what ``save_provider_settings`` answered."""
    return read_check(raw, provider, cast("Fields", asked["settings"]))


def read_erasure(raw: object, provider: str, _asked: Asked) -> ErasureReport:
    """Read what ``on_personal_data_erased`` answered."""
    return cast("ErasureReport", _own(_valid(_copied(raw), "erasure_report"), provider))


def _kind(raw: object, kind: type) -> None:
    # type() and not isinstance(): an object may lie about its __class__.
    if not issubclass(type(raw), kind):
        raise InvalidAnswer.by_flaw(Flaw.KIND, type(raw).__name__)


def _copied(raw: object) -> Fields:
    _kind(raw, dict)
    return cast("Fields", _copy(raw))


def _copy(raw: object) -> object:
    try:
        return plain_copy(raw)
    except NotPlain:
        raise InvalidAnswer.by_flaw(Flaw.FOREIGN) from None


def _option(option: object) -> object:
    vehicle = option.get("vehicle", _NO_VEHICLE) if type(option) is dict else None
    if type(vehicle) is not dict:
        copied = _copy(option)
    else:
        copied = cast("Fields", option).copy()
        if "image_url" not in vehicle:
            return copied
    if type(copied) is dict:
        clean_option(copied)
    return copied


def _valid(document: Fields, name: str) -> Fields:
    try:
        validate(document, name)
    except InvalidDocument as error:
        raise InvalidAnswer.by_schema(error) from None
    return document


def _own(document: Fields, provider: str) -> Fields:
    return _same(document, "provider", provider)


def _all_own(documents: Iterable[Fields], provider: str) -> None:
    for document in documents:
        _own(document, provider)


def _own_state(state: Fields, provider: str) -> None:
    _own(state, provider)
    _all_own(_members(state, "rental"), provider)
    _all_own((cast("Fields", proposal["change"]) for proposal in _members(state, "proposals")), provider)


def _own_outcome(outcome: Fields, provider: str) -> None:
    _own(outcome, provider)
    _all_own(_members(outcome, "rental"), provider)
    _all_own(_members(outcome, "alternatives"), provider)


def _same(document: Fields, name: str, expected: object) -> Fields:
    if document.get(name) != expected:
        raise InvalidAnswer.by_flaw(Flaw.OTHERS_NAME, name)
    return document


def _members(document: Fields, name: str) -> list[Fields]:
    held = document.get(name)
    if held is None:
        return []
    return list(held) if isinstance(held, list | tuple) else [cast("Fields", held)]

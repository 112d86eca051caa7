"""The appointment's sheet: its four steps on one page, drawn in whatever state they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from mobility_hookspecs import ProblemCode, make_problem
from planner_host.appointments.appointment import MANUAL_FIELDS, Appointment, document_of, period_of
from planner_host.appointments.form import read_period, texts_of
from planner_host.appointments.wall_clock import fold_of
from planner_host.dms import Car, DmsProblem, Hit
from planner_host.mobility.form import OfferForm, draw_change_id, drawn_for, request_of
from planner_host.mobility.offers import Offers, search, with_alternatives
from planner_host.mobility.step import ShownFailure, Step, look_up
from planner_host.pages import planner_of
from planner_host.planner import Planner
from planner_host.providers.filters import Choices
from web_base.names import lines_of
from web_base.pages import Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from mobility_schemas import documents as contract

NO_CHOICES = Choices((), ())

SETTINGS: Final = frozenset({"not_configured", "insecure_address", "account_changed", "not_authorised"})
"""Problems that only who may open the settings can mend."""

_FIELDS_OF_POINTERS: Final = {
    "/period/start": "start_date",
    "/period/end": "end_date",
    "/period": "start_date",
    "/end": "end_date",
}
"""Where on the form a problem belongs, by its pointer into the document."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that was not made: which, and why."""

    action: str
    problem: contract.Problem

    @property
    def field(self) -> str:
        """Name the field that the problem is about; the empty text where it is about none."""
        return _FIELDS_OF_POINTERS.get(self.problem.get("pointer", ""), "")

    def about(self, action: str, field: str) -> bool:
        """Tell whether a field of an action's form is what was wrong."""
        return (self.action, self.field) == (action, field)


@dataclass(frozen=True, slots=True)
class EndForm:
    """The form by which a rental's end is changed; `change_id` is drawn with it."""

    date: str
    time: str
    fold: str
    change_id: str
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page shows. `texts` and `problems` are those of steps 1 to 3.

    `silent` are the providers whose silence a booking must accept.
    """

    appointment_id: str
    texts: Mapping[str, str]
    appointment: Appointment | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    hits: Sequence[Hit] | None = None
    has_more_hits: bool = False
    cars: Sequence[Car] = ()
    dms_problem: DmsProblem | None = None
    said: str = ""
    asks: str = ""
    step: Step | None = None
    choices: Choices = NO_CHOICES
    offer_form: OfferForm | None = None
    offer_problems: Mapping[str, str] = field(default_factory=dict)
    offers: Offers | None = None
    end_form: EndForm | None = None
    refusal: Refusal | None = None
    silent: Sequence[ShownFailure] = ()


def sheet_of(page: Page, appointment: Appointment, *, asks: str = "") -> Sheet:
    """Look up a saved appointment's step 4, and draw its forms."""
    planner = planner_of(page)
    step = look_up(appointment, planner, locale=page.language.code)
    sheet = Sheet(
        appointment.id,
        texts_of(appointment, language=page.language),
        appointment,
        cars=cars_of(appointment, planner),
        asks=asks,
        step=step,
    )
    return with_forms(page, sheet)


def with_forms(page: Page, sheet: Sheet) -> Sheet:
    """Draw the forms that step 4 has in its state, where they are not drawn yet."""
    appointment, step = sheet.appointment, sheet.step
    if appointment is None or step is None:
        return sheet
    planner = planner_of(page)
    if step.can_search and sheet.offer_form is None:
        drawn = drawn_for(appointment, language=page.language, now=planner.now())
        sheet = replace(sheet, offer_form=drawn)
    if step.can_search:
        sheet = replace(sheet, choices=planner.filters.choices(appointment.site, page.language.code))
    if step.active and sheet.end_form is None:
        sheet = replace(sheet, end_form=end_form_of(page, appointment, step.active[0].rental))
    return sheet


def offers_of(
    page: Page,
    appointment: Appointment,
    form: OfferForm,
    *,
    alternatives: Sequence[contract.MobilityOption] = (),
) -> Offers | None:
    """Search with a form as it is, alternatives of a refusal first; None where it has no period."""
    period = period_alone(form, appointment, page)
    if period is None:
        return None
    planner = planner_of(page)
    choices = planner.filters.choices(appointment.site, page.language.code)
    found = search(request_of(form, period, appointment), planner, choices=choices, language=page.language)
    if not alternatives:
        return found
    return with_alternatives(found, alternatives, planner, choices=choices, language=page.language)


def period_alone(form: OfferForm, appointment: Appointment, page: Page) -> contract.Period | None:
    """Return a form's period, whatever else is wrong with the form."""
    start, end = read_period(form.texts, zone=appointment.zone, now=planner_of(page).now(), problems={})
    if start is None or end is None or end <= start:
        return None
    return period_of(start, end, appointment.zone)


def fields_of(texts: Mapping[str, str], prefix: str) -> Mapping[str, str]:
    """Return a customer's fields of a form, by the contract's names."""
    return {name: texts.get(f"{prefix}{name}", "") for name in MANUAL_FIELDS}


def end_form_of(page: Page, appointment: Appointment, rental: contract.Rental) -> EndForm:
    """Draw the form for a rental's end, which holds the end it has."""
    end = datetime.fromisoformat(rental["period"]["end"])
    zone = appointment.zone
    day, time = page.language.day(end.astimezone(zone)), page.language.time(end, zone)
    return EndForm(day, time, fold_of(end, zone), draw_change_id())


def cars_of(appointment: Appointment, planner: Planner) -> tuple[Car, ...]:
    """Give the cars that the DMS knows of an appointment's customer."""
    if not appointment.is_from_dms:
        return ()
    try:
        customer = planner.dms.customer(appointment.visit.customer.get("number", ""))
    except DmsProblem:
        return ()
    return customer.cars if customer else ()


def draw(page: Page, sheet: Sheet, *, status: int = 200) -> Response:
    """Answer with the page."""
    planner = planner_of(page)
    zone = sheet.appointment.zone if sheet.appointment else planner.zone

    def when(text: str) -> str:
        return page.language.moment(datetime.fromisoformat(text), zone)

    page.here = f"/appointments/{sheet.appointment_id}" if sheet.appointment else "/appointments/new"
    images = sheet.offers.images if sheet.offers else ()
    return page.render(
        "appointment.html",
        status=status,
        images=images,
        sheet=sheet,
        when=when,
        planner=planner,
        new_change_id=draw_change_id,
        why=partial(reason, page),
        message_of=partial(message_of, page),
        problem_of=partial(problem_of, locale=page.language.code),
        customer_fields=MANUAL_FIELDS,
        lines_of=lines_of,
        fields_of=fields_of,
        renter=texts_of(sheet.appointment, language=page.language) if sheet.appointment else {},
    )


def reason(page: Page, problem: contract.Problem) -> str:
    """Say in a sentence why something could not be done, and what somebody may do about it."""
    if problem["code"] in SETTINGS and page.user is not None and page.user.role != "admin":
        return f"{problem['title']} {page.text('problem.ask_administration')}"
    return problem.get("detail") or problem["title"]


def message_of(page: Page, notice: contract.Notice) -> str:
    """Give a provider's notice; one that only the settings can mend as `reason` says it."""
    if notice["code"] in SETTINGS:
        return reason(page, {**problem_of(notice["code"], page.language.code), "detail": notice["message"]})
    return notice["message"]


def problem_of(code: str, locale: str) -> contract.Problem:
    """Write the problem of a code; one that the contract does not have is a provider's failure."""
    known = code if code in set(ProblemCode) else ProblemCode.PROVIDER_FAILED
    return make_problem(known, locale=locale)


def tell_providers(page: Page, appointment: Appointment) -> None:
    """Tell every provider of a save at once; what they say is asked for when the page is drawn."""
    planner = planner_of(page)
    planner.host.appointment_saved(document_of(appointment), timeout=2.0, locale=page.language.code)

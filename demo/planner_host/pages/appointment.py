"""Steps 1 to 3: open, save, call off and take up again an appointment, find its customer in the DMS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from starlette.responses import Response
from starlette.routing import Route

from planner_host.appointments.appointment import Appointment, Status, Visit, is_id, new_id
from planner_host.appointments.form import (
    FIELDS,
    Texts,
    blank_texts,
    read_visit,
    start_of_new,
    texts_of,
    with_customer,
    with_vehicle,
    without_customer,
)
from planner_host.dms import DmsCustomer, DmsProblem
from planner_host.mobility.form import OfferForm
from planner_host.mobility.step import is_so, look_up
from planner_host.pages import planner_of
from planner_host.pages.dms import find_customers
from planner_host.pages.sheet import Sheet, draw, offers_of, sheet_of, tell_providers, with_forms
from planner_host.storage.audit import Deed
from planner_host.storage.records import SavedMeanwhile
from web_base.pages import (
    Page,
    Program,
    Refused,
    page_route,
)

if TYPE_CHECKING:
    from mobility_schemas import documents as contract


UNSAVED: Final = "visit_"
"""What stands before the names of steps 1 to 3 where a form of step 4 carries them along, unsaved."""

UNSAVED_FIELDS: Final = frozenset(f"{UNSAVED}{name}" for name in FIELDS)


def routes(program: Program) -> list[Route]:
    """Give the routes of the appointment's page."""
    return [
        page_route("/appointments/new", open_new, program),
        page_route("/appointments/{id}", open_saved, program),
        page_route("/appointments/{id}", save, program, methods=["POST"], keeps=FIELDS),
        page_route("/appointments/{id}/status", change_status, program, methods=["POST"]),
    ]


def open_new(page: Page) -> Response:
    """Show an empty form; its id is drawn with it, so that saving twice makes one appointment."""
    planner = planner_of(page)
    start = start_of_new(page.query("at"), now=planner.now(), zone=planner.zone)
    texts = blank_texts(start, language=page.language, zone=planner.zone)
    return draw(page, Sheet(new_id(), texts))


def open_saved(page: Page) -> Response:
    """Show a saved appointment; a page that asks by itself gets nothing while it is as it was."""
    appointment = find_appointment(page)
    sheet = sheet_of(page, appointment, asks=page.query("ask"))
    if page.is_partial and sheet.step and sheet.step.fingerprint == page.query("shown"):
        return Response(status_code=204)
    step = sheet.step
    assert step is not None  # noqa: S101  # a saved appointment has one
    said = page.query("done")
    if not step.found_out and is_so(said, step):
        sheet = replace(sheet, said=said)
    if page.query("search") == "yes" and sheet.offer_form and not step.active:
        sheet = replace(sheet, offers=offers_of(page, appointment, sheet.offer_form))
    if not page.is_partial and not step.unknowns:
        # Seen is what stands on a page that somebody asked for: not on one that draws itself anew.
        planner_of(page).changes.unseen.forget(each.change_id for each in step.found_out)
    return draw(page, sheet)


def save(page: Page) -> Response:
    """Do what the button says: save, look in the DMS, take a customer or a car over, begin step 1 anew."""
    texts = {name: page.form[name] for name in FIELDS}
    do = page.form["do"] or "save"
    if do == "enter" and _looks_for_customer(texts):
        do = "find"
    if do == "again":
        return _redraw(page, texts)
    if do == "find":
        return _redraw(page, texts, finds=True)
    if do.startswith("pick:"):
        customer = _customer(page, do.removeprefix("pick:"))
        return _redraw(page, with_customer(texts, customer) if customer else texts)
    if do.startswith("car:"):
        return _redraw(page, _with_car(page, texts, do.removeprefix("car:")))
    if do == "manual":
        return _redraw(page, without_customer(texts))
    saved = _save(page, texts)
    if isinstance(saved, Response):
        return saved
    then = "saved_first&search=yes" if do == "search" else "saved"
    return page.go(f"/appointments/{saved.id}?done={then}")


def save_unsaved(page: Page, appointment: Appointment, form: OfferForm) -> Appointment | Response:
    """Save what stood unsaved in steps 1 to 3 when a form of step 4 was sent; or show why it cannot be saved."""
    texts = unsaved_texts(page)
    if texts is None or texts == texts_of(appointment, language=page.language):
        return appointment
    return _save(page, texts, offer_form=form)


def unsaved_texts(page: Page) -> Texts | None:
    """Return what stood in steps 1 to 3 when a form of step 4 was sent; None where nothing was unsaved."""
    if UNSAVED_FIELDS.isdisjoint(page.form):
        return None
    return {name: page.form[f"{UNSAVED}{name}"] for name in FIELDS}


def change_status(page: Page) -> Response:
    """Call an appointment off, or take it up again."""
    appointment = find_appointment(page)
    status = Status.CANCELLED if page.form["status"] == "cancelled" else Status.SCHEDULED
    changed = replace(
        appointment,
        visit=replace(appointment.visit, status=status),
        revision=_revision(page.form["revision"]),
    )
    action = "appointment_cancelled" if status is Status.CANCELLED else "appointment_taken_up"
    saved = _keep(page, changed, texts_of(appointment, language=page.language), action=action)
    return saved if isinstance(saved, Response) else page.go(f"/appointments/{saved.id}?done=saved")


def find_appointment(page: Page) -> Appointment:
    """Give the appointment of the page's address; refuse one that there is not."""
    appointment = planner_of(page).records.appointment(page.path("id"))
    if appointment is None:
        raise Refused(404, "no_appointment")
    return appointment


def _looks_for_customer(texts: Texts) -> bool:
    """Tell whether Enter was meant for the search field: something stands there, and nobody is named yet."""
    named = (texts["customer_last_name"], texts["customer_company"])
    return bool(texts["customer_query"]) and not any(named)


def _save(page: Page, texts: Texts, *, offer_form: OfferForm | None = None) -> Appointment | Response:
    """Save steps 1 to 3; or show what is wrong with them, or what somebody else has saved."""
    planner = planner_of(page)
    appointment_id = page.path("id")
    if not is_id(appointment_id):
        raise Refused(404, "no_appointment")
    known = planner.records.appointment(appointment_id)
    zone = known.zone if known else planner.zone
    read = read_visit(texts, zone=zone, now=planner.now(), customer_of_dms=_dms_document(page, texts, known))
    if read.visit is None:
        finds, problems = bool(texts["customer_query"]), dict(read.problems)
        return _redraw(page, texts, problems=problems, finds=finds, offer_form=offer_form)
    status = known.visit.status if known else Status.SCHEDULED
    appointment = _appointment(page, appointment_id, known, replace(read.visit, status=status), texts)
    return _keep(page, appointment, texts, action="appointment_scheduled" if known else "appointment_new")


def _appointment(
    page: Page, appointment_id: str, known: Appointment | None, visit: Visit, texts: Texts
) -> Appointment:
    planner = planner_of(page)
    assert page.user is not None  # noqa: S101  # the route asks for it
    return Appointment(
        id=appointment_id,
        revision=_revision(texts["revision"]),
        site=known.site if known else planner.site,
        time_zone=known.time_zone if known else planner.time_zone,
        visit=visit,
        saved_by=page.user.name,
        saved_at=planner.now(),
    )


def _keep(page: Page, appointment: Appointment, texts: Texts, *, action: str) -> Appointment | Response:
    planner = planner_of(page)
    assert page.user is not None  # noqa: S101  # the route asks for it
    appointment = replace(appointment, saved_by=page.user.name, saved_at=planner.now())
    saved = planner.records.save(appointment)
    if isinstance(saved, SavedMeanwhile):
        return _show_both(page, appointment, texts, saved.theirs)
    if saved.is_new:
        planner.audit.note(Deed(at=planner.now(), user=page.user.name, action=action, subject=appointment.id))
    tell_providers(page, saved.appointment)
    return saved.appointment


def _show_both(page: Page, mine: Appointment, texts: Texts, theirs: Appointment) -> Response:
    """Show what somebody else has saved meanwhile beside what is on the form, and let the advisor choose."""
    page.here = f"/appointments/{mine.id}"
    saved = texts_of(theirs, language=page.language)
    differing = [name for name in FIELDS if name != "revision" and saved[name] != texts[name]]
    differing = [name for name in differing if not name.endswith(("_fold", "_query", "_source", "_number"))]
    is_status = mine.visit.status is not theirs.visit.status
    return page.render(
        "conflict.html",
        mine=texts,
        saved=saved,
        theirs=theirs,
        differing=differing,
        wanted_status=mine.visit.status.value if is_status else "",
        when=page.language.moment(theirs.saved_at, theirs.zone),
    )


def _redraw(
    page: Page,
    texts: Texts,
    *,
    problems: dict[str, str] | None = None,
    finds: bool = False,
    offer_form: OfferForm | None = None,
) -> Response:
    """Draw the form again as it was sent, nothing saved; step 4 stays what it is."""
    planner = planner_of(page)
    appointment_id = page.path("id")
    if not is_id(appointment_id):
        raise Refused(404, "no_appointment")
    known = planner.records.appointment(appointment_id)
    sheet = Sheet(appointment_id, texts, known, problems=problems or {}, offer_form=offer_form)
    if texts["customer_source"] == "dms" and (customer := _customer(page, texts["customer_number"])):
        sheet = replace(sheet, cars=customer.cars)
    if finds:
        try:
            hits, has_more = find_customers(planner.dms, texts["customer_query"])
            sheet = replace(sheet, hits=hits, has_more_hits=has_more)
        except DmsProblem as problem:
            sheet = replace(sheet, dms_problem=problem)
    if known is not None:
        sheet = replace(sheet, step=look_up(known, planner, locale=page.language.code))
    return draw(page, with_forms(page, sheet))


def _customer(page: Page, number: str) -> DmsCustomer | None:
    try:
        return planner_of(page).dms.customer(number) if number else None
    except DmsProblem:
        return None


def _dms_document(page: Page, texts: Texts, known: Appointment | None) -> contract.Customer | None:
    """Give the form's DMS customer: as the DMS has it now, else as the appointment has kept it."""
    if texts["customer_source"] != "dms":
        return None
    customer = _customer(page, texts["customer_number"])
    if customer is not None:
        return customer.document()
    if known is not None and known.is_from_dms:
        kept = known.visit.customer
        return kept if kept.get("number") == texts["customer_number"] else None
    return None


def _with_car(page: Page, texts: Texts, number: str) -> Texts:
    customer = _customer(page, texts["customer_number"])
    cars = customer.cars if customer else ()
    if number.isdecimal() and len(number) < 4 and int(number) < len(cars):
        return with_vehicle(texts, cars[int(number)].document())
    return with_vehicle(texts, cast("contract.AppointmentVehicle", {}))


def _revision(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0

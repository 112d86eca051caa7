"""Save steps 1 to 3 of an appointment, or show why they cannot be saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from planner_host.appointments.appointment import Appointment, document_of, is_id
from planner_host.appointments.visit_form import FIELDS, Texts, read_visit, texts_of
from planner_host.mobility.offer_form import OfferForm
from planner_host.pages.drawing import customer_of, draw, search_view
from planner_host.planner import audit, planner_of, user_name
from planner_host.storage.records import ErasedMeanwhile, SavedMeanwhile
from planner_host.views.step import StepView
from web_base.pages import Page, Refused

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

UNSAVED: Final = "visit_"
"""The prefix of the fields of steps 1 to 3 where a form of step 4 sends them along, unsaved."""

UNSAVED_FIELDS: Final = frozenset(f"{UNSAVED}{name}" for name in FIELDS)

TELL_TIMEOUT: Final = 2.0
"""Seconds that notifying the providers of a save may take; what they say is shown on the next page."""


def save_texts(page: Page, texts: Texts, *, offer_form: OfferForm | None = None) -> Appointment | Response:
    """Save steps 1 to 3; or show what is wrong with them, or what somebody else has saved.

    :param offer_form: the form of step 4 that they came with; its handler asks the providers next, so none is notified.
    """
    planner, known = planner_of(page), saved_of_address(page)
    zone = known.zone if known else planner.zone
    customer = _customer_document(page, texts, known)
    read = read_visit(texts, zone=zone, now=planner.now(), customer_of_dms=customer)
    if read.visit is None:
        four = StepView(search=search_view(page, known, offer_form)) if known and offer_form else None
        finds = bool(texts["customer_query"])
        return draw(page, known, four, texts=texts, problems=read.problems, finds=finds)
    revision = read_revision(texts["revision"])
    if known is None:
        drafted = Appointment(
            id=page.path("id"),
            revision=revision,
            site=planner.site,
            time_zone=planner.time_zone,
            visit=read.visit,
            saved_by=user_name(page),
            saved_at=planner.now(),
        )
        return keep(page, drafted, texts, action="appointment_new")
    visit = replace(read.visit, status=known.visit.status)
    changed = replace(known, revision=revision, visit=visit)
    return keep(page, changed, texts, action="appointment_scheduled", notifies=offer_form is None)


def keep(
    page: Page, appointment: Appointment, texts: Texts, *, action: str, notifies: bool = True
) -> Appointment | Response:
    """Save an appointment in this person's name, and notify the providers; or show what somebody else has saved."""
    planner = planner_of(page)
    appointment = replace(appointment, saved_by=user_name(page), saved_at=planner.now())
    saved = planner.records.save(appointment)
    if isinstance(saved, ErasedMeanwhile):
        raise Refused(404, "no_appointment")
    if isinstance(saved, SavedMeanwhile):
        return _show_both(page, appointment, texts, saved.theirs)
    if saved.is_new:
        audit(page, action, appointment.id)
    if notifies:
        document = document_of(saved.appointment)
        planner.host.appointment_saved(document, timeout=TELL_TIMEOUT, locale=page.language.code)
    return saved.appointment


def unsaved_texts(page: Page) -> Texts | None:
    """Return what stood in steps 1 to 3 when a form of step 4 was sent; None where nothing was unsaved."""
    if UNSAVED_FIELDS.isdisjoint(page.form):
        return None
    return {name: page.form[f"{UNSAVED}{name}"] for name in FIELDS}


def read_revision(text: str) -> int:
    """Return the revision that a form was drawn for; 0 for a new appointment."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def saved_of_address(page: Page) -> Appointment | None:
    """Return the appointment of the page's address, if it is saved; the address of a new one has an id as well."""
    if not is_id(page.path("id")):
        raise Refused(404, "no_appointment")
    return planner_of(page).records.appointment(page.path("id"))


def _customer_document(page: Page, texts: Texts, known: Appointment | None) -> contract.Customer | None:
    """Return the form's DMS customer: as the DMS has it now, else as it was saved with the appointment."""
    if texts["customer_source"] != "dms":
        return None
    if customer := customer_of(page, texts["customer_number"]):
        return customer.document()
    # The DMS may not answer, or has dropped a customer whose appointment goes on.
    kept = known.visit.customer if known and known.is_from_dms else None
    return kept if kept and kept.get("number") == texts["customer_number"] else None


def _show_both(page: Page, mine: Appointment, texts: Texts, theirs: Appointment) -> Response:
    """Show what somebody else has saved meanwhile beside what is on the form, and let the person choose."""
    page.here = f"/appointments/{mine.id}"
    saved = texts_of(theirs, language=page.language)
    differing = [name for name in FIELDS if name != "revision" and saved[name] != texts[name]]
    # What no person sees as a field of its own is no difference to choose by.
    differing = [name for name in differing if not name.endswith(("_fold", "_query", "_source", "_number"))]
    status = mine.visit.status.value if mine.visit.status is not theirs.visit.status else ""
    hidden = texts | {"revision": str(theirs.revision)} | ({"status": status} if status else {})
    when = page.language.moment(theirs.saved_at, theirs.zone)
    return page.render(
        "conflict.html",
        rows=[(page.text(f"conflict.fields.{name}"), texts[name], saved[name]) for name in differing],
        help=page.text("conflict.help", user=theirs.saved_by, when=when),
        wanted=page.text(f"conflict.status.{status}") if status else "",
        action=f"{page.here}/status" if status else page.here,
        hidden=hidden.items(),
    )

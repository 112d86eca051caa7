"""Steps 1 to 3 of an appointment as texts of a form: filled in from an appointment, and read back.

A form's state is a plain dict of its fields' texts. What cannot be read is reported by field, as the key of a text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, cast
from zoneinfo import ZoneInfo

from planner_host.appointments.appointment import MANUAL_FIELDS, VEHICLE_FIELDS, Appointment, Visit
from planner_host.appointments.wall_clock import WallTime, fold_of, mistakes, next_quarter, read_instant
from planner_host.dms.csv_import import longest
from planner_host.dms.folding import is_visible, tidy, written_plate
from web_base.days import YEARS
from web_base.languages import Language

if TYPE_CHECKING:
    from mobility_schemas import documents as contract
    from planner_host.dms import DmsCustomer

Texts = dict[str, str]

USUAL_STAY: Final = timedelta(hours=8)
SHORTEST_STAY: Final = timedelta(hours=1)
CLOSES: Final = time(18)
NEXT_DAY: Final = time(17)
LONGEST_WORK: Final = 2_000
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
# The work may have several lines: tabs and line ends stay.
_CONTROL_OF_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
CUSTOMER: Final = tuple(f"customer_{name}" for name in MANUAL_FIELDS)
VEHICLE: Final = tuple(f"vehicle_{name}" for name in VEHICLE_FIELDS)
MOMENTS: Final = tuple(f"{side}_{part}" for side in ("start", "end") for part in ("date", "time", "fold"))
_HEAD: Final = ("revision", "customer_source", "customer_number", "customer_query")
FIELDS: Final = (*_HEAD, *CUSTOMER, *VEHICLE, *MOMENTS, "work")


@dataclass(frozen=True, slots=True)
class ReadVisit:
    """A form that was read: a visit, or the key of a text for each field that is wrong."""

    visit: Visit | None
    problems: Mapping[str, str] = field(default_factory=dict)


def blank_texts(start: datetime, *, language: Language, zone: ZoneInfo) -> Texts:
    """Return the form of a new appointment that begins at an instant."""
    moments = moment_texts(start, usual_end(start, zone), language=language, zone=zone)
    return dict.fromkeys(FIELDS, "") | {"revision": "0"} | moments


def usual_end(start: datetime, zone: ZoneInfo) -> datetime:
    """Return when a car is usually picked up: eight hours later or when the day ends, else on the next working day."""
    local = start.astimezone(zone)
    closes = datetime.combine(local.date(), CLOSES, zone)
    if closes - local >= SHORTEST_STAY:
        return min(start + USUAL_STAY, closes.astimezone(UTC))
    day = local.date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, NEXT_DAY, zone).astimezone(UTC)


def texts_of(appointment: Appointment, *, language: Language) -> Texts:
    """Return the form of a saved appointment."""
    visit = appointment.visit
    customer = cast("dict[str, str]", visit.customer)
    texts = dict.fromkeys(FIELDS, "") | {"revision": str(appointment.revision), "work": visit.work}
    texts |= with_prefix("customer_", ("source", "number", *MANUAL_FIELDS), customer)
    texts = with_vehicle(texts, visit.vehicle)
    return texts | moment_texts(visit.start, visit.end, language=language, zone=appointment.zone)


def moment_texts(start: datetime, end: datetime, *, language: Language, zone: ZoneInfo) -> Texts:
    """Write drop-off and pick-up into their fields."""
    texts = {}
    for side, moment in (("start", start), ("end", end)):
        texts[f"{side}_date"] = language.day(moment.astimezone(zone))
        texts[f"{side}_time"] = language.time(moment, zone)
        texts[f"{side}_fold"] = fold_of(moment, zone)
    return texts


def with_prefix(prefix: str, names: Sequence[str], document: Mapping[str, str]) -> Texts:
    """Return a document's fields as those of a form; the empty text where it lacks one."""
    return {f"{prefix}{name}": document.get(name, "") for name in names}


def with_customer(texts: Texts, customer: DmsCustomer) -> Texts:
    """Put a customer of the DMS into the form; the only car goes along, or the one that was searched for."""
    cars, typed = customer.cars, _plate(texts["customer_query"])
    # A text without a digit is a name, which a plate may begin with as well.
    if len(cars) > 1 and any(map(str.isdigit, typed)):
        cars = tuple(car for car in cars if _plate(car.licence_plate).startswith(typed))
    document = cast("dict[str, str]", customer.document())
    texts = texts | {"customer_query": ""}
    texts |= with_prefix("customer_", ("source", "number", *MANUAL_FIELDS), document)
    return with_vehicle(texts, cars[0].document() if len(cars) == 1 else {})


def _plate(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def with_vehicle(texts: Texts, vehicle: contract.AppointmentVehicle) -> Texts:
    """Put a car into the form."""
    return texts | with_prefix("vehicle_", VEHICLE_FIELDS, cast("dict[str, str]", vehicle))


def without_customer(texts: Texts) -> Texts:
    """Empty step 1, to be typed by hand."""
    empty = dict.fromkeys(("customer_number", "customer_query", *CUSTOMER), "")
    return texts | empty | {"customer_source": "manual"}


def read_visit(
    texts: Texts, *, zone: ZoneInfo, now: datetime, customer_of_dms: contract.Customer | None
) -> ReadVisit:
    """Read steps 1 to 3.

    :param customer_of_dms: the customer of the form's number as the DMS, or the saved appointment, has it.
    """
    problems: dict[str, str] = {}
    # Whatever stands in hidden fields: a customer of the DMS is saved as the DMS has it.
    customer = customer_of_dms
    if texts["customer_source"] != "dms":
        customer = read_customer(texts, prefix="customer_", problems=problems)
    elif customer is None:
        problems["customer_query"] = "customer.gone"
    vehicle = _read_lines(texts, VEHICLE_FIELDS, prefix="vehicle_", problems=problems)
    if plate := vehicle.get("licence_plate"):
        vehicle["licence_plate"] = written_plate(plate)
    work = _CONTROL_OF_TEXT.sub(" ", texts["work"])
    if len(work) > LONGEST_WORK:
        problems["work"] = "typed.too_long"
    start, end = read_period(texts, zone=zone, now=now, problems=problems)
    if problems or customer is None or start is None or end is None:
        return ReadVisit(None, problems)
    return ReadVisit(Visit(start, end, customer, cast("contract.AppointmentVehicle", vehicle), work))


def read_customer(
    texts: Mapping[str, str], *, prefix: str, problems: dict[str, str]
) -> contract.Customer | None:
    """Read a customer typed by hand; a last name or a company is required."""
    fields = _read_lines(texts, MANUAL_FIELDS, prefix=prefix, problems=problems)
    if "email" in fields and not _EMAIL.fullmatch(fields["email"]):
        problems.setdefault(f"{prefix}email", "customer.email_wrong")
    if not any(is_visible(fields.get(name, "")) for name in ("last_name", "company")):
        problems[f"{prefix}last_name"] = "customer.name_missing"
        return None
    return cast("contract.Customer", {"source": "manual", **fields})


def _read_lines(
    texts: Mapping[str, str], names: Sequence[str], *, prefix: str, problems: dict[str, str]
) -> Texts:
    """Read the lines of text that are not empty; one that is too long for the contract is a problem."""
    lines = {name: tidy(_CONTROL.sub(" ", texts.get(f"{prefix}{name}", ""))) for name in names}
    too_long = [name for name, text in lines.items() if len(text) > longest(name)]
    problems |= {f"{prefix}{name}": "typed.too_long" for name in too_long}
    return {name: text for name, text in lines.items() if text}


def read_period(
    texts: Mapping[str, str], *, zone: ZoneInfo, now: datetime, problems: dict[str, str]
) -> tuple[datetime | None, datetime | None]:
    """Read drop-off and pick-up, in UTC; the second must come after the first."""
    start = read_moment(texts, "start", zone=zone, now=now, problems=problems)
    end = read_moment(texts, "end", zone=zone, now=now, problems=problems)
    if start is not None and end is not None and end <= start:
        problems["end_date"] = "typed.end_before_start"
    return start, end


def read_moment(
    texts: Mapping[str, str], side: str, *, zone: ZoneInfo, now: datetime, problems: dict[str, str]
) -> datetime | None:
    """Read a day and a time of the form; None where they are none, which `problems` then says."""
    typed = WallTime(texts[f"{side}_date"], texts[f"{side}_time"], texts.get(f"{side}_fold", ""))
    today = now.astimezone(zone).date()
    found = mistakes(typed, zone, today=today)
    problems |= {f"{side}_{part}": f"typed.{why}" for part, why in found.items()}
    return None if found else read_instant(typed, zone, today=today)


def start_of_new(at: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return when a new appointment begins: at the slot that was clicked, else at the next quarter of an hour."""
    try:
        start = datetime.fromisoformat(at)
    except ValueError:
        return next_quarter(now)
    # A slot has no offset: where the clock shows its hour twice, it is the first.
    return start.replace(tzinfo=zone).astimezone(UTC) if start.year in YEARS else next_quarter(now)

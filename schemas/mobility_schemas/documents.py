"""The documents of the contract as types: generated from `contract/`, do not edit.

A value of one of these types is a plain dict; whether it is valid, `mobility_schemas.validate` decides.
"""

# ruff: noqa: E501 - descriptions are the schemas' own
from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

__all__ = [
    "Appointment",
    "AppointmentVehicle",
    "CheckFinding",
    "CheckReport",
    "Customer",
    "ErasureReport",
    "ErasureSubjects",
    "KeptRecord",
    "Link",
    "MobilityFilters",
    "MobilityOffer",
    "MobilityOption",
    "MobilityRequest",
    "MobilityState",
    "MobilityStep",
    "Money",
    "Notice",
    "OfferExplanation",
    "Pending",
    "Period",
    "Problem",
    "Proposal",
    "ProposedChange",
    "ProviderInfo",
    "ProviderSettings",
    "ReconcileReport",
    "Rental",
    "RentalChange",
    "RentalOutcome",
    "RequestedFilters",
    "SecretSet",
    "Vehicle",
    "VehicleClass",
    "VehicleFeature",
]


class AppointmentVehicle(TypedDict):
    """The customer's own car, the one that comes to the workshop."""

    licence_plate: NotRequired[str]
    """Licence plate."""
    vin: NotRequired[str]
    """Vehicle identification number."""
    make: NotRequired[str]
    """Make."""
    model: NotRequired[str]
    """Model."""


class CheckFinding(TypedDict):
    """One thing that a check found."""

    code: str
    """Names the finding."""
    severity: Literal["info", "warning", "error"]
    """How much it matters."""
    message: str
    """A sentence in the call's language."""
    hint: NotRequired[str]
    """What to do."""


class CheckReport(TypedDict):
    """Whether a provider works with its settings."""

    provider: str
    """The provider's id."""
    site: str
    """The site of the dealer."""
    ok: bool
    """Whether it works."""
    findings: list[CheckFinding]
    """What was found."""


class Customer(TypedDict):
    """Who brings the car. A customer picked from the dealer management system (`dms`) is read-only from then on. An optional field may be an empty text, as a form sends it; last_name or company must hold something."""

    source: Literal["dms", "manual"]
    """Where the data come from: picked from the dealer management system, or typed by hand."""
    number: NotRequired[str]
    """Customer number in the dealer management system; required when source is dms."""
    kind: NotRequired[Literal["person", "company"]]
    """A private person or a company."""
    salutation: NotRequired[str]
    """Salutation."""
    first_name: NotRequired[str]
    """First name."""
    last_name: NotRequired[str]
    """Last name; required unless company is given."""
    company: NotRequired[str]
    """Company name; required unless last_name is given."""
    street: NotRequired[str]
    """Street and house number."""
    postal_code: NotRequired[str]
    """Postal code."""
    city: NotRequired[str]
    """City."""
    country: NotRequired[str]
    """Country."""
    phone: NotRequired[str]
    """Telephone number."""
    mobile: NotRequired[str]
    """Mobile telephone number."""
    email: NotRequired[str]
    """E-mail address."""


class ErasureSubjects(TypedDict):
    """Whose personal data are to be erased."""

    customer_numbers: list[str]
    """Customer numbers."""
    appointment_ids: list[str]
    """Ids of appointments."""


class KeptRecord(TypedDict):
    """What could not be erased yet."""

    appointment_id: str
    """The appointment's id in the planner."""
    reason: str
    """Why it is kept."""
    until: str
    """Until when."""


class Link(TypedDict):
    """A link that the settings page shows."""

    title: str
    """Text of the link."""
    url: str
    """Address, https only."""


class Money(TypedDict):
    """An amount of money. The amount is a decimal string, never a number."""

    amount: str
    """Decimal amount with a point."""
    currency: str
    """ISO 4217 code."""
    tax_included: bool
    """Whether the amount includes value-added tax."""


class Notice(TypedDict):
    """Something the advisor should know."""

    code: str
    """Names the notice."""
    severity: Literal["info", "warning", "error"]
    """How much it matters."""
    message: str
    """A sentence in the call's language."""


class OfferExplanation(TypedDict):
    """Why the list is as short as it is."""

    matching: int
    """How many fit the filters."""
    busy: int
    """How many of these are not free."""
    next_free: NotRequired[str]
    """When the next of them is free."""
    message: str
    """The same in a sentence, in the call's language."""


class Pending(TypedDict):
    """A change whose outcome is not known yet."""

    change_id: str
    """Id of the change."""
    action: Literal["book", "change_end", "cancel", "rebook"]
    """What was to be done."""
    since: str
    """Since when it is pending."""


class Period(TypedDict):
    """A half-open span of time [start, end): back-to-back periods do not overlap."""

    start: str
    """First instant of the period."""
    end: str
    """First instant after the period."""


class Problem(TypedDict):
    """Why something cannot be done."""

    code: Literal[
        "period_in_past",
        "period_invalid",
        "vehicle_unavailable",
        "already_booked",
        "appointment_not_saved",
        "outcome_pending",
        "rental_not_found",
        "rental_immutable",
        "rental_closed",
        "changed_elsewhere",
        "change_id_reused",
        "given_up",
        "customer_locked",
        "not_configured",
        "insecure_address",
        "account_changed",
        "not_authorised",
        "unreachable",
        "rate_limited",
        "busy",
        "deadline_exceeded",
        "invalid_document",
        "invalid_answer",
        "provider_failed",
        "storage_failed",
        "not_supported",
    ]
    """Names the problem."""
    title: str
    """What happened, for a person, in the call's language."""
    detail: NotRequired[str]
    """More about it."""
    retryable: bool
    """Whether the same change may succeed later."""
    pointer: NotRequired[str]
    """The place in the document that it is about."""


class ProposedChange(TypedDict):
    """A rental change without change_id and customer, which the host adds."""

    provider: str
    """The provider's id."""
    action: Literal["book", "change_end", "cancel", "rebook"]
    """What is to be done."""
    site: NotRequired[str]
    """The site of the dealer."""
    appointment_id: NotRequired[str]
    """The appointment's id in the planner."""
    option_id: NotRequired[str]
    """Id of the option to book."""
    period: NotRequired[Period]
    """When to rent."""
    rental_id: NotRequired[str]
    """Id of the rental to change."""
    end: NotRequired[str]
    """The new end."""
    revision: NotRequired[int]
    """The rental's revision that the advisor saw."""
    book_change_id: NotRequired[str]
    """Id of the booking to give up, whose outcome is unknown."""
    reason: NotRequired[str]
    """Why it is cancelled, in the advisor's words."""


class ProviderInfo(TypedDict):
    """Who a provider is and what it can do."""

    id: str
    """Names the provider in every document."""
    name: str
    """What the advisor reads."""
    version: str
    """Version of the provider."""
    contract: str
    """Versions of the contract that it supports, as a version specifier."""
    kinds: list[Literal["rental_car", "courtesy_car", "bike", "taxi", "transit", "other"]]
    """Kinds of what it offers."""
    capabilities: list[str]
    """What it can do beyond the required."""


Value: TypeAlias = str | float | bool | None


class RentalChange(TypedDict):
    """A change that the advisor asks for. One flat object: every field is admitted with every action, each action requires its own. book: appointment_id, option_id, period, customer, site. change_end: rental_id, end. cancel: either rental_id or book_change_id. rebook: rental_id, option_id, period, customer."""

    change_id: str
    """Drawn by the host with the form."""
    provider: str
    """The provider's id."""
    action: Literal["book", "change_end", "cancel", "rebook"]
    """What is to be done."""
    site: NotRequired[str]
    """The site of the dealer."""
    appointment_id: NotRequired[str]
    """The appointment's id in the planner."""
    option_id: NotRequired[str]
    """Id of the option to book."""
    period: NotRequired[Period]
    """When to rent."""
    customer: NotRequired[Customer]
    """Who rents."""
    rental_id: NotRequired[str]
    """Id of the rental to change."""
    end: NotRequired[str]
    """The new end."""
    revision: NotRequired[int]
    """The rental's revision that the advisor saw."""
    book_change_id: NotRequired[str]
    """Id of the booking to give up, whose outcome is unknown."""
    reason: NotRequired[str]
    """Why it is cancelled, in the advisor's words."""


class RequestedFilters(TypedDict):
    """What a vehicle must be: one of the classes (any, when there are none) and all of the features."""

    vehicle_classes: list[str]
    """Ids of vehicle classes, one of which the vehicle must have."""
    features: list[str]
    """Ids of vehicle features, all of which the vehicle must have."""


class SecretSet(TypedDict):
    """Says that a secret has a value, never which."""

    name: str
    """Name of the setting."""
    since: str
    """When it was set."""


class Vehicle(TypedDict):
    """A vehicle that is offered or rented."""

    id: str
    """The vehicle's id at the provider."""
    licence_plate: NotRequired[str]
    """Licence plate."""
    make: str
    """Make."""
    model: str
    """Model."""
    vehicle_class: str
    """Id of a vehicle class of the provider's filters."""
    features: list[str]
    """Ids of vehicle features of the provider's filters."""
    seats: NotRequired[int]
    """Number of seats."""
    fuel: NotRequired[str]
    """Fuel or drive."""
    transmission: NotRequired[str]
    """Transmission."""
    image_url: NotRequired[str]
    """Address of a picture; a host shows https alone."""
    station: NotRequired[str]
    """Where the vehicle is handed out."""


class VehicleClass(TypedDict):
    """A vehicle class to filter by."""

    id: str
    """The class's id."""
    name: str
    """The class's name."""


class VehicleFeature(TypedDict):
    """A vehicle feature to filter by."""

    id: str
    """The feature's id."""
    name: str
    """The feature's name."""
    group: NotRequired[str]
    """Heading under which it is shown."""


class Appointment(TypedDict):
    """A visit to the workshop, as the planner saved it."""

    id: str
    """Unique in one installation of the planner."""
    revision: int
    """Grows with each save; an older revision changes nothing."""
    status: Literal["scheduled", "cancelled"]
    """Whether the visit still takes place."""
    site: str
    """The site of the dealer."""
    period: Period
    """From the drop-off to the pick-up."""
    time_zone: str
    """IANA time zone of the site."""
    customer: Customer
    """Who brings the car."""
    vehicle: NotRequired[AppointmentVehicle]
    """The customer's own car."""
    work: NotRequired[str]
    """What is to be done, as the advisor wrote it."""


class ErasureReport(TypedDict):
    """What was erased and what was kept."""

    provider: str
    """The provider's id."""
    erased: int
    """How many records were erased."""
    kept: list[KeptRecord]
    """What is kept, and why."""
    remarks: list[str]
    """What else there is to say."""


class MobilityFilters(TypedDict):
    """What a provider's vehicles can be filtered by."""

    provider: str
    """The provider's id."""
    vehicle_classes: list[VehicleClass]
    """The vehicle classes."""
    features: list[VehicleFeature]
    """The vehicle features."""


class MobilityOption(TypedDict):
    """One thing that a provider offers for a period."""

    provider: str
    """The provider's id."""
    id: str
    """Names what is offered, the same in every search."""
    kind: Literal["rental_car", "courtesy_car", "bike", "taxi", "transit", "other"]
    """What is offered."""
    title: str
    """What the advisor reads."""
    period: Period
    """When it is offered."""
    vehicle: NotRequired[Vehicle]
    """The vehicle, where it is one."""
    price: NotRequired[Money]
    """Price for the whole period."""
    match: Literal["exact", "alternative"]
    """Whether it is what was asked for, or something near it."""
    differs: NotRequired[list[str]]
    """In what an alternative differs from what was asked for."""


class MobilityRequest(TypedDict):
    """A search for what is free in a period. Needs no saved appointment."""

    appointment_id: NotRequired[str]
    """The appointment's id in the planner."""
    site: str
    """The site of the dealer."""
    period: Period
    """When the car is needed."""
    filters: RequestedFilters
    """What the vehicle must be."""
    limit: NotRequired[int]
    """How many options to answer with at most."""


class Proposal(TypedDict):
    """A change that the provider suggests, because the appointment no longer fits. Nothing happens before the advisor agrees."""

    id: str
    """Names the proposal; a host may hide one by it."""
    reason: str
    """Why, as a code."""
    message: str
    """Why, in a sentence in the call's language."""
    change: ProposedChange
    """The change to ask for."""


class ProviderSettings(TypedDict):
    """The settings of a provider for a site. On saving: provider, site and values; a secret in values sets it, absent keeps it, null deletes it. The answer holds schema, secrets_set and fixed as well, and never a secret."""

    provider: str
    """The provider's id."""
    site: str
    """The site of the dealer."""
    values: dict[str, str | float | bool | list[Value] | None]
    """Values by name."""
    schema: NotRequired[dict[str, object]]
    """JSON Schema of the values in the call's language; a secret has writeOnly: true."""
    secrets_set: NotRequired[list[SecretSet]]
    """Secrets that have a value."""
    fixed: NotRequired[list[str]]
    """Names of settings that the environment sets; read-only."""
    help: NotRequired[str]
    """Where to find the values."""
    links: NotRequired[list[Link]]
    """Links to show."""


class Rental(TypedDict):
    """A rental as the provider has it."""

    provider: str
    """The provider's id."""
    site: str
    """The site of the dealer."""
    id: str
    """The rental's id, unique in a site."""
    appointment_id: str
    """The appointment's id in the planner."""
    kind: Literal["rental_car", "courtesy_car", "bike", "taxi", "transit", "other"]
    """What is rented."""
    title: str
    """What the advisor reads."""
    status: Literal["reserved", "picked_up", "returned", "cancelled"]
    """Where the rental stands."""
    period: Period
    """When it is rented."""
    planned_end: NotRequired[str]
    """The end that was planned, where the rental ended earlier."""
    vehicle: NotRequired[Vehicle]
    """The rented vehicle."""
    allowed_changes: list[Literal["change_end", "cancel", "rebook"]]
    """What may be changed now."""
    revision: int
    """Grows with each change at the provider."""
    changed_at: str
    """When it last changed at the provider."""
    price: NotRequired[Money]
    """Price for the whole period."""
    web_url: NotRequired[str]
    """The rental's page at the provider; a host shows https alone."""


class RentalOutcome(TypedDict):
    """What became of a rental change. unknown: the answer was lost, the rental may or may not exist, the provider will find out."""

    change_id: str | None
    """Id of the change; null when it was unreadable."""
    provider: str | None
    """The provider's id; null when it was unreadable."""
    status: Literal["done", "refused", "unknown"]
    """What became of it."""
    rental: NotRequired[Rental]
    """The rental as it is now, or the one that stands in the way."""
    problem: NotRequired[Problem]
    """Why it was refused or is unknown."""
    alternatives: NotRequired[list[MobilityOption]]
    """What could be had instead."""


class MobilityOffer(TypedDict):
    """A provider's answer to a search. Alternatives come after the exact options and count in no total."""

    provider: str
    """The provider's id."""
    as_of: str
    """When the answer was true."""
    options: list[MobilityOption]
    """What is free, exact ones first."""
    total: int
    """How many exact options there are, also beyond the limit: matching less busy."""
    truncated: bool
    """Whether there are more exact options than the answer holds."""
    explanation: NotRequired[OfferExplanation]
    """Why the list is as it is."""


class MobilityState(TypedDict):
    """A mobility step without the customer, for calendars and lists."""

    provider: str
    """The provider's id."""
    appointment_id: str
    """The appointment's id in the planner."""
    state: Literal["open", "booked", "unknown", "attention"]
    """open: nothing booked. booked. unknown: a change is pending. attention: booked, and the appointment no longer fits."""
    rental: NotRequired[Rental]
    """The rental, where there is one."""
    pending: NotRequired[Pending]
    """The pending change, where there is one."""
    proposals: list[Proposal]
    """What the provider suggests."""


class MobilityStep(TypedDict):
    """What step 4 of the appointment shows."""

    provider: str
    """The provider's id."""
    appointment_id: str
    """The appointment's id in the planner."""
    state: Literal["open", "booked", "unknown", "attention"]
    """open: nothing booked. booked. unknown: a change is pending. attention: booked, and the appointment no longer fits."""
    period: Period
    """The appointment's period, exactly as saved."""
    customer: NotRequired[Customer]
    """The appointment's customer, exactly as saved; left out when the document is older than the newest known revision."""
    locked: list[str]
    """Places the host must show read-only."""
    rental: NotRequired[Rental]
    """The rental, where there is one."""
    pending: NotRequired[Pending]
    """The pending change, where there is one."""
    proposals: list[Proposal]
    """What the provider suggests."""
    notices: list[Notice]
    """What the advisor should know."""


class ReconcileReport(TypedDict):
    """What was settled and what changed at the provider."""

    provider: str
    """The provider's id."""
    settled: list[RentalOutcome]
    """Changes whose outcome is known now."""
    changed: list[Rental]
    """Rentals that changed at the provider."""
    pending: int
    """How many changes are still pending."""
    oldest_pending: NotRequired[str]
    """Since when the oldest of them is pending."""

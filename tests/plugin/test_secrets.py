"""The token and the customer's data are in no log, exception, repr, page of the records or other file."""

import logging
import traceback

import pytest

from carloop_plugin import bootstrap, plugin
from carloop_plugin.domain.values import Site
from mobility_hookspecs import CallContext, MobilityProblem

CUSTOMER = {
    "source": "dms",
    "number": "CANARY-4711",
    "first_name": "Canary-Vorname",
    "last_name": "Canary-Nachname",
    "email": "canary@example.org",
    "phone": "+49 999 CANARY",
}


def test_no_canary_is_left(planner, caplog):
    """Booked, refused, lost, garbled, reconciled, cancelled: nothing of a person or the token stays anywhere."""
    caplog.set_level(logging.DEBUG)
    token = planner.control.token
    planner.save(customer=CUSTOMER)
    planner.do(planner.booking(customer=CUSTOMER | {"last_name": "Canary-Other"}))
    for fault in ("drop_after", "garbage", "html", "truncate"):
        change = planner.booking()
        planner.control.fault("book", fault, times=3)
        planner.do(change)
        planner.reconcile()
        rental = planner.do(change)["rental"]
        planner.do(planner.cancellation(rental_id=rental["id"], reason="Canary-Grund"))
    planner.host.appointment_saved({"customer": CUSTOMER, "token": token})
    planner.host.erase({"customer_numbers": ["CANARY-4711"], "appointment_ids": []})
    bootstrap.close()
    files = {path.name: path.read_bytes() for path in planner.store.parent.rglob("*") if path.is_file()}
    lines = [f"{record.getMessage()} {vars(record)!r} {record.exc_text}" for record in caplog.records]
    for canary in (token, "CANARY", "Canary-", "canary@"):
        assert [line for line in lines if canary in line] == []
        assert [name for name, content in files.items() if canary.encode() in content] == []


def test_no_repr_shows_a_secret(planner):
    """Neither the settings nor the session, nor anything a debugger would print."""
    with bootstrap.opened(deadline=CallContext.within(5).deadline) as services:
        site = Site("main")
        shown = [
            services,
            services.environment,
            services.settings(site),
            services.context.connect(site),
            vars(bootstrap),
        ]
        assert not [each for each in map(repr, shown) if planner.control.token in each]


def test_a_refused_document_is_not_quoted(planner):
    """What was wrong is said, not what was there."""
    appointment = planner.appointment | {"customer": CUSTOMER | {"country": ["Canary"]}, "Canary": 1}
    with pytest.raises(MobilityProblem) as problem:
        plugin.on_appointment_saved(appointment, CallContext.within(5))
    assert "Canary" not in "".join(traceback.format_exception(problem.value)).replace("Canary-Müller", "")

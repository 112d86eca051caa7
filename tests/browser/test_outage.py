"""Carloop is killed while it books: the page says what is known, and by itself what is true once it is known."""

import time

from playwright.sync_api import expect

POLLED = 25_000
"""Milliseconds in which a page shows the outcome: it asks every other second."""


def test_carloop_is_killed_after_it_has_booked(advisor, period, carloop_program, carloop):
    """It dies before it has answered: unknown, no second booking is offered, and then the rental is shown."""
    t = advisor.t
    appointment = advisor.new_appointment(period)
    advisor.search()
    advisor.choose(advisor.options.first)
    carloop.fault("book", "slow_drip", value=30)
    advisor.button("offer.save").click(no_wait_after=True)
    _wait_until_booked(carloop, appointment)
    carloop_program.kill()
    expect(advisor.step_4.get_by_text(t("unknown.title.book"))).to_be_visible(timeout=POLLED)
    expect(advisor.step_4.get_by_text(t("unknown.retrying"))).to_be_visible()
    expect(advisor.button("offer.search")).to_have_count(0)
    loaded = advisor.loaded_at()
    carloop_program.come_back()
    expect(advisor.button("rental.cancel")).to_be_visible(timeout=POLLED)
    expect(advisor.step_4.get_by_text(t("unknown.title.book"))).to_have_count(0)
    assert advisor.loaded_at() == loaded
    (rental,) = carloop.rentals(appointment)
    expect(advisor.rental).to_contain_text(rental["vehicle"]["licence_plate"])


def _wait_until_booked(carloop, appointment):
    for _ in range(200):
        if carloop.statuses(appointment) == ["reserved"]:
            return
        time.sleep(0.02)
    raise AssertionError("Carloop has not booked")

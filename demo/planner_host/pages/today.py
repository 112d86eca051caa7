"""`Heute`, the first page: a day's work, and the buttons that settle what needs a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from planner_host.appointments.appointment import name_of
from planner_host.mobility.states import states_of
from planner_host.mobility.today import look_at
from planner_host.pages.drawing import find_appointment
from planner_host.planner import planner_of
from planner_host.views.appointment import wording
from planner_host.views.days import day_of, near
from web_base.pages import Page, Program, own_path, page_route

A_DAY = timedelta(days=1)


def routes(program: Program) -> list[Route]:
    """Return the routes of the day."""
    return [
        page_route("/", show_day, program),
        page_route("/appointments/{id}/car", decide_on_car, program, methods=["POST"]),
        page_route("/appointments/{id}/noted", note, program, methods=["POST"]),
    ]


def show_day(page: Page) -> Response:
    """Show the day of the address, else this one."""
    planner = planner_of(page)
    now = planner.now().astimezone(planner.zone)
    day = day_of(page.query("day"), now.date())
    page.here = "/"
    return page.render(
        "today.html",
        found=look_at(day, planner, locale=page.language.code),
        day=day,
        here="/" if day == now.date() else f"/?day={day}",
        today=now.date(),
        tomorrow=now.date() + A_DAY,
        previous=day - A_DAY,
        following=day + A_DAY,
        near=partial(near, page, day),
        lasting=lambda since: page.language.lasting(now - since),
        instant=datetime.fromisoformat,
        customer_name=name_of,
        printed=page.language.moment(now, planner.zone),
        zone=planner.zone,
        **wording(page),
    )


def decide_on_car(page: Page) -> Response:
    """Store whether the customer needs no replacement car, which then is not asked for again."""
    appointment = find_appointment(page)
    planner_of(page).records.set_needs_no_car(appointment.id, is_so=page.form["needs"] == "none")
    return page.go(own_path(page.form["next"]))


def note(page: Page) -> Response:
    """Stop saying what a provider has to say of an appointment: somebody has noted it."""
    appointment, planner = find_appointment(page), planner_of(page)
    states = states_of([appointment.id], planner, locale=page.language.code)
    said = {name for each in states.standings.get(appointment.id, ()) for name in each.noted_as}
    # Only what is said is stored: a form may send any text.
    for name in said.intersection(page.form.all("notice")):
        planner.records.hide_proposal(appointment.id, name)
    return page.go(own_path(page.form["next"]))

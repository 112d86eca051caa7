"""For integrators: the faults that are armed and more to arm, the seeded fleet again, and the last requests.

The same as the controls under /sandbox, so it works only where those are allowed.
"""

import json
from contextlib import suppress
from typing import Final, cast

from starlette.responses import Response

from carloop_sandbox.faults.armed import ANY, OPERATIONS
from carloop_sandbox.faults.controls import arm_fault
from carloop_sandbox.faults.kinds import KINDS
from carloop_sandbox.pages.showing import show
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.service import Service
from web_base.pages import Page, Refused

PLACE: Final = "/administration/testing"
DONE: Final = ("armed", "disarmed", "reset")


def show_testing(page: Page) -> Response:
    """Show what can be tested with; after something was done, say so."""
    return _answer(page, done=page.query("done") if page.query("done") in DONE else "")


def act(page: Page) -> Response:
    """Arm a fault, disarm all, or put the seeded fleet back."""
    service, action = _service(page), page.form["action"]
    if not service.allow_faults or action not in ("arm", "disarm", "reset"):
        raise Refused(400, "form")
    if action == "arm":
        try:
            arm_fault(service, _fault(page))
        except CallRefused:
            return _answer(page, status=422, problem=page.text("testing.no_fault"))
    elif action == "disarm":
        service.faults.clear()
    else:
        service.store.reset()
    return page.go(
        f"{PLACE}?done={'armed' if action == 'arm' else 'disarmed' if action == 'disarm' else action}"
    )


def _fault(page: Page) -> dict[str, object]:
    """Return the document of the fault that was typed; its value is JSON, or a text as it is."""
    value: object = page.form["value"] or None
    times: object = page.form["times"]
    with suppress(ValueError):
        times = int(page.form["times"])
        value = json.loads(page.form["value"] or "null")
    return {"operation": page.form["operation"], "fault": page.form["fault"], "times": times, "value": value}


def _service(page: Page) -> Service:
    return cast("Service", page.program.state)


def _answer(page: Page, *, status: int = 200, done: str = "", problem: str = "") -> Response:
    service = _service(page)
    return show(
        page,
        "testing.html",
        status=status,
        place=PLACE,
        allowed=service.allow_faults,
        armed=service.faults.armed(),
        requests=service.requests.copy(),
        operations=[(each, each) for each in (*dict.fromkeys(OPERATIONS.values()), ANY)],
        faults=[(each, each) for each in KINDS],
        typed=page.form,
        done=done,
        problem=problem,
    )

"""Let a fault strike: before a call is done, or after."""

import asyncio
from typing import cast

from starlette.responses import Response

from carloop_sandbox import mischief
from carloop_sandbox.answers import Answer
from carloop_sandbox.faults import Fault
from carloop_sandbox.mischief import plan_of, status_answer
from carloop_sandbox.wire import Dripping, Flood, RawResponse, Truncated, pause

DEFAULT_DELAY = 1.0
DEFAULT_DRIP = 0.1
DEFAULT_FLOOD_MIB = 16


async def strike_before(fault: Fault | None, stopping: asyncio.Event) -> Answer | Response | None:
    """Give what is answered instead of doing anything, or None to go on."""
    match fault.fault if fault else None:
        case "delay":
            await pause(_number(fault, DEFAULT_DELAY), stopping)
        case "drop_before":
            return RawResponse()
        case "redirect":
            return mischief.redirect(cast("Fault", fault))
        case "status" if not (plan := plan_of(cast("Fault", fault))).after:
            return status_answer(plan)
    return None


def strike_after(fault: Fault | None, answer: Answer, stopping: asyncio.Event) -> Answer | Response:
    """Give what arrives of a finished answer."""
    match fault.fault if fault else None:
        case "drop_after":
            return RawResponse()
        case "truncate":
            return Truncated(answer)
        case "slow_drip":
            return Dripping(answer, pause=_number(fault, DEFAULT_DRIP), stopping=stopping)
        case "huge":
            return Flood(answer, size=int(_number(fault, DEFAULT_FLOOD_MIB) * mischief.MEBIBYTE))
        case "garbage":
            return mischief.garbage(answer)
        case "html":
            return mischief.web_page(answer)
        case "unknown_field" | "unknown_enum":
            return mischief.altered(answer, cast("Fault", fault))
        case "status" if (plan := plan_of(cast("Fault", fault))).after:
            return status_answer(plan)
    return answer


def _number(fault: Fault | None, default: float) -> float:
    value = fault.value if fault else None
    return default if value is None else float(cast("float", value))

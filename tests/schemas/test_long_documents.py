"""A long document is decided by the fast engine, and never given whole to the slow one."""

import time

from mobility_schemas import InvalidDocument, validate
from mobility_schemas.bundle import bundle
from mobility_schemas.engines import explainer


def seconds(work):
    """Give the least of three durations, in seconds."""
    durations = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        durations.append(time.perf_counter() - start)
    return min(durations)


def attempt(document):
    try:
        validate(document, "mobility_offer")
    except InvalidDocument as error:
        return error.pointer
    return None


def test_cost_of_a_long_offer(example):
    """Valid, 1,000 options cost less than a thirtieth of jsonschema's time; refused, less than a third."""
    offer = example("mobility_offer")
    offer["options"] = [offer["options"][0] | {"id": f"veh-{number}"} for number in range(1000)]
    refused = offer | {"options": [*offer["options"], offer["options"][0] | {"title": 5}]}
    slow = explainer(bundle("mobility_offer", False))

    theirs = seconds(lambda: slow.is_valid(offer))

    assert (attempt(offer), attempt(refused)) == (None, "/options/1000/title")
    assert seconds(lambda: attempt(offer)) < theirs / 30
    assert seconds(lambda: attempt(refused)) < theirs / 3

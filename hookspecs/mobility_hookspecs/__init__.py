"""The contract between a workshop planner and its mobility providers.

A provider needs ``hookimpl`` and a function or two; a planner host needs ``MobilityHost``. Importing
this package costs little more than importing pluggy: everything else is loaded when it is first named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pluggy import HookimplMarker, HookspecMarker

if TYPE_CHECKING:
    from mobility_hookspecs import specs
    from mobility_hookspecs._kit.loading import LoadError
    from mobility_hookspecs.context import CallContext
    from mobility_hookspecs.gathered import Failure, Gathered
    from mobility_hookspecs.host import MobilityHost
    from mobility_hookspecs.problems import MobilityProblem, ProblemCode, make_problem

__version__ = "1.0.0"

CONTRACT_VERSION = "1.0"
ENTRY_POINT_GROUP = "workshop_planner.mobility"
PROJECT_NAME = "workshop_planner"

hookspec = HookspecMarker(PROJECT_NAME)
hookimpl = HookimplMarker(PROJECT_NAME)

__all__ = [
    "CONTRACT_VERSION",
    "ENTRY_POINT_GROUP",
    "PROJECT_NAME",
    "CallContext",
    "Failure",
    "Gathered",
    "LoadError",
    "MobilityHost",
    "MobilityProblem",
    "ProblemCode",
    "hookimpl",
    "hookspec",
    "make_problem",
    "specs",
]

# A provider needs `hookimpl` alone, and must not wait for what the host kit imports.
_HOME = {
    "CallContext": "context",
    "Failure": "gathered",
    "Gathered": "gathered",
    "LoadError": "_kit.loading",
    "MobilityHost": "host",
    "MobilityProblem": "problems",
    "ProblemCode": "problems",
    "make_problem": "problems",
}


def __getattr__(name: str) -> object:
    """Import what was named from the module that holds it (PEP 562)."""
    from importlib import import_module

    if name == "specs":
        return import_module(f"{__name__}.specs")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""The providers that are installed, imported one by one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from types import ModuleType

from mobility_hookspecs import ENTRY_POINT_GROUP
from mobility_hookspecs._kit.failure_log import LOG, log_exception
from mobility_hookspecs._kit.rejections import LoadReason, load_problem
from mobility_hookspecs.gathered import Failure

DISABLE_VARIABLE = "WORKSHOP_PLANNER_DISABLE"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider's plugin, not checked yet.

    :ivar name: of its entry point, or of the object.
    :ivar plugin: a module or an object with ``@hookimpl`` functions.
    :ivar is_named: whether somebody chose that name, so that a failure has it rather than the id.
    """

    name: str
    plugin: object
    is_named: bool


def disabled_names(disabled: Iterable[str]) -> frozenset[str]:
    """Return the names of the providers to leave out: those given and those in the environment."""
    given = disabled.split(",") if isinstance(disabled, str) else disabled
    names = [*given, *os.environ.get(DISABLE_VARIABLE, "").split(",")]
    return frozenset(name.strip() for name in names if name.strip())


def installed_candidates(disabled: frozenset[str], *, locale: str) -> Iterator[Candidate | Failure]:
    """Import every installed provider, in the order of the entry points' names.

    :param disabled: names of entry points that are not even imported.
    :param locale: the language of the failures.
    """
    for entry_point in sorted(_entry_points(), key=lambda found: (found.name, found.value)):
        if entry_point.name not in disabled:
            yield _imported(entry_point, locale=locale)


def given_candidates(plugins: Iterable[object]) -> Iterator[Candidate]:
    """Accept modules, objects and pairs of a name and one of these, in the order given."""
    for plugin in plugins:
        match plugin:
            case (str() as name, named):
                yield Candidate(name, named, is_named=True)
            case _:
                yield Candidate(_own_name(plugin), plugin, is_named=False)


def _own_name(plugin: object) -> str:
    if isinstance(plugin, ModuleType | type):
        return plugin.__name__
    return type(plugin).__name__


def _imported(entry_point: metadata.EntryPoint, *, locale: str) -> Candidate | Failure:
    try:
        return Candidate(entry_point.name, entry_point.load(), is_named=True)
    except KeyboardInterrupt:
        raise  # somebody's Ctrl-C, for this runs on the host's own thread
    except BaseException as error:  # noqa: BLE001 - a module may even call sys.exit()
        log_exception(entry_point.name, "import", error)
        problem = load_problem(LoadReason.IMPORT, about=_about(error), locale=locale)
        return Failure(entry_point.name, problem)


def _about(error: BaseException) -> str:
    # Names and places of code help; the message may hold what a log must not.
    match error:
        case SyntaxError():
            return f"{type(error).__name__}, {error.filename}:{error.lineno}"
        case ImportError() | AttributeError() | NameError() if error.name:
            return f"{type(error).__name__}, {error.name}"
        case _:
            return type(error).__name__


def _entry_points() -> Iterable[metadata.EntryPoint]:
    try:
        return metadata.entry_points(group=ENTRY_POINT_GROUP)
    except Exception:  # noqa: BLE001 - one distribution's broken metadata must not hide the others
        return list(_readable_entry_points())


def _readable_entry_points() -> Iterator[metadata.EntryPoint]:
    seen: set[str] = set()
    for distribution in metadata.distributions():
        try:
            name = distribution.metadata["Name"]
            found = [point for point in distribution.entry_points if point.group == ENTRY_POINT_GROUP]
        except Exception:  # noqa: BLE001 - whatever is wrong with its files
            LOG.exception("a distribution's entry points cannot be read")
            continue
        if name not in seen:  # the first on sys.path hides the others, as when importing
            seen.add(name)
            yield from found

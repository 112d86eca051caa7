"""Register and describe each provider alone, and sort out those that do not load, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, cast

from mobility_hookspecs import CONTRACT_VERSION
from mobility_hookspecs._kit.entry_points import Candidate
from mobility_hookspecs._kit.failure_log import log_exception, log_load_failure
from mobility_hookspecs._kit.hook_call import Deadlines, HookCall, NoAnswer
from mobility_hookspecs._kit.hooks import read_document
from mobility_hookspecs._kit.limits import CircuitBreaker, ProviderThreads
from mobility_hookspecs._kit.providers import Provider
from mobility_hookspecs._kit.registration import DESCRIBE, register
from mobility_hookspecs._kit.rejections import LoadReason, load_problem
from mobility_hookspecs.gathered import Failure
from mobility_hookspecs.problems import MobilityProblem

if TYPE_CHECKING:
    from mobility_hookspecs._kit.hook_call import HookFunction
    from mobility_schemas.documents import Problem, ProviderInfo

_DESCRIBE_SECONDS = 5.0


class LoadError(MobilityProblem):
    """Raised by a strict host when providers do not load.

    :ivar failures: all of them; ``problem`` is the first one's.
    """

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        """Hold the failures, of which there is at least one."""
        super().__init__(failures[0].problem)
        self.failures = failures

    def __str__(self) -> str:
        """Return every provider with its reason."""
        return "; ".join(map(str, self.failures))

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the failures when the exception is pickled."""
        return type(self), (self.failures,)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The providers that loaded, sorted by id, and the failures in the order met."""

    providers: tuple[Provider, ...]
    failures: tuple[Failure, ...]

    def discard(self) -> None:
        """End the threads of providers that nobody will ask."""
        for provider in self.providers:
            provider.end_threads()


@dataclass(frozen=True, slots=True)
class _Registered:
    """A candidate whose hooks are right, and which is describing itself."""

    candidate: Candidate
    hooks: dict[str, HookFunction]
    threads: ProviderThreads
    description: HookCall[ProviderInfo]


@dataclass(frozen=True, slots=True)
class _Duplicate:
    """A candidate whose plugin is registered already."""

    candidate: Candidate


_Checked: TypeAlias = "_Registered | _Duplicate | Failure"


def load(
    candidates: Iterable[Candidate | Failure],
    *,
    disabled: frozenset[str] = frozenset(),
    locale: str,
    clock: Callable[[], float],
) -> Loaded:
    """Register the candidates, have all of them describe themselves, and keep those that fulfil the contract.

    :param disabled: ids of providers to leave out; that is no failure.
    :param clock: monotonic seconds.
    """
    loader = _Loader(disabled, locale, clock)
    for checked in loader.register_all(candidates):
        loader.add(checked)
    for failure in loader.failures:
        log_load_failure(failure)
    return Loaded(tuple(loader.providers[name] for name in sorted(loader.providers)), tuple(loader.failures))


@dataclass(slots=True)
class _Loader:
    disabled: frozenset[str]
    locale: str
    clock: Callable[[], float]
    providers: dict[str, Provider] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    _ids: dict[int, str] = field(default_factory=dict)
    """The id that a plugin gave itself, by the plugin's ``id()``."""

    def register_all(self, candidates: Iterable[Candidate | Failure]) -> list[_Checked]:
        """Register all, and begin to ask all of them for their description at once."""
        imported = list(candidates)  # before the time for descriptions begins
        deadlines = Deadlines.after(_DESCRIBE_SECONDS)
        seen: set[int] = set()
        checked: list[_Checked] = []
        for candidate in imported:
            if isinstance(candidate, Failure):
                checked.append(candidate)
            elif id(candidate.plugin) in seen:
                checked.append(_Duplicate(candidate))
            else:
                seen.add(id(candidate.plugin))
                checked.append(self._register(candidate, deadlines))
        return checked

    def add(self, checked: _Checked) -> None:
        """Wait for a description, and add its provider or the failure."""
        match checked:
            case Failure():
                self.failures.append(checked)
            case _Duplicate(candidate):
                known_id = self._ids.get(id(candidate.plugin))
                self._fail(candidate, self._problem(LoadReason.TWICE_REGISTERED), known_id)
            case _Registered():
                self._add_registered(checked)

    def _register(self, candidate: Candidate, deadlines: Deadlines) -> _Registered | Failure:
        try:
            hooks = register(candidate.plugin, candidate.name, locale=self.locale)
        except MobilityProblem as error:
            return Failure(candidate.name, error.problem)
        except KeyboardInterrupt:
            raise  # somebody's Ctrl-C, for this runs on the host's own thread
        except BaseException as error:  # noqa: BLE001 - a plugin's attributes may do anything when looked at
            log_exception(candidate.name, "registration", error)
            problem = self._problem(LoadReason.REGISTRATION, about=type(error).__name__)
            return Failure(candidate.name, problem)
        threads = ProviderThreads(candidate.name)
        description: HookCall[ProviderInfo] = HookCall(
            provider=candidate.name,
            hook=DESCRIBE,
            function=hooks[DESCRIBE],
            arguments={},
            read=lambda raw: cast("ProviderInfo", read_document(raw, "provider_info")),
            threads=threads,
            circuit=CircuitBreaker(self.clock),
            deadlines=deadlines,
            locale=self.locale,
        )
        description.begin()
        return _Registered(candidate, hooks, threads, description)

    def _add_registered(self, registered: _Registered) -> None:
        described = registered.description.result()
        if isinstance(described, NoAnswer):
            registered.threads.close()
            self._fail(registered.candidate, described.problem)
            return
        info = described.document
        # Ids are compared in the order of names, not of answers: the same provider loads each time.
        self._ids[id(registered.candidate.plugin)] = info["id"]
        problem = self._why_not_loaded(info)
        if problem is None and info["id"] not in self.disabled:
            provider = Provider(info, registered.hooks, threads=registered.threads, clock=self.clock)
            self.providers[info["id"]] = provider
            return
        registered.threads.close()
        if problem is not None:
            self._fail(registered.candidate, problem, info["id"])

    def _why_not_loaded(self, info: ProviderInfo) -> Problem | None:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            contract = SpecifierSet(info["contract"])
        except InvalidSpecifier:
            return self._problem(LoadReason.CONTRACT_UNREADABLE)
        if not contract.contains(CONTRACT_VERSION, prereleases=True):
            return self._problem(LoadReason.CONTRACT, about=str(contract), ours=CONTRACT_VERSION)
        if info["id"] in self.providers:
            return self._problem(LoadReason.ID_TAKEN, about=info["id"])
        return None

    def _fail(self, candidate: Candidate, problem: Problem, provider_id: str | None = None) -> None:
        name = candidate.name if candidate.is_named else provider_id or candidate.name
        self.failures.append(Failure(name, problem))

    def _problem(self, reason: LoadReason, *, about: str = "", ours: str = "") -> Problem:
        return load_problem(reason, locale=self.locale, about=about, ours=ours)

"""Register and describe each provider alone, and sort out those that do not load, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mobility_hookspecs import CONTRACT_VERSION
from mobility_hookspecs._kit.answers import read_info
from mobility_hookspecs._kit.bulkhead import Bulkhead
from mobility_hookspecs._kit.circuit import Circuit
from mobility_hookspecs._kit.entry_points import Candidate
from mobility_hookspecs._kit.fault_log import log_fault, log_load_failure
from mobility_hookspecs._kit.isolation import Call, Limits, Miss
from mobility_hookspecs._kit.load_problems import LoadReason, load_problem
from mobility_hookspecs._kit.provider import Provider
from mobility_hookspecs._kit.registration import DESCRIBE, register
from mobility_hookspecs.gathered import Failure
from mobility_hookspecs.problems import MobilityProblem

if TYPE_CHECKING:
    from mobility_hookspecs._kit.isolation import Hook
    from mobility_schemas.documents import Problem, ProviderInfo

_DESCRIBE_SECONDS = 5.0


class LoadError(MobilityProblem):
    """Say which providers do not load; raised by a strict host alone.

    :ivar failures: all of them; ``problem`` is the first one's.
    """

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        """Keep the failures, of which there is at least one."""
        super().__init__(failures[0].problem)
        self.failures = failures

    def __str__(self) -> str:
        """Name every provider with its reason."""
        return "; ".join(map(str, self.failures))

    def __reduce__(self) -> tuple[object, ...]:
        """Let the exception cross a process border with its failures."""
        return type(self), (self.failures,)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Hold the providers that loaded, sorted by id, and the failures in the order met."""

    providers: tuple[Provider, ...]
    failures: tuple[Failure, ...]

    def discard(self) -> None:
        """End the threads of providers that nobody will ask."""
        for provider in self.providers:
            provider.end_threads()


@dataclass(frozen=True, slots=True)
class _Draft:
    candidate: Candidate
    hooks: dict[str, Hook]
    bulkhead: Bulkhead
    description: Call[ProviderInfo]


def load(
    candidates: Iterable[Candidate | Failure],
    *,
    disabled: frozenset[str] = frozenset(),
    locale: str,
    clock: Callable[[], float],
) -> Loaded:
    """Register the candidates, let all of them describe themselves, and keep those that hold the contract.

    :param disabled: ids of providers to leave out without a word.
    :param clock: monotonic seconds.
    """
    sieve = _Sieve(disabled, locale, clock)
    for draft in sieve.drafts(list(candidates)):
        sieve.judge(draft)
    for failure in sieve.failures:
        log_load_failure(failure)
    providers = tuple(sieve.providers[name] for name in sorted(sieve.providers))
    return Loaded(providers, tuple(sieve.failures))


class _Sieve:
    def __init__(self, disabled: frozenset[str], locale: str, clock: Callable[[], float]) -> None:
        self._disabled = disabled
        self._locale = locale
        self._clock = clock
        self._ids: dict[int, str] = {}
        self.providers: dict[str, Provider] = {}
        self.failures: list[Failure] = []

    def drafts(self, candidates: list[Candidate | Failure]) -> list[_Draft | Failure | Candidate]:
        """Register all, and begin to ask all of them at once; a plugin met before stays a candidate."""
        limits = Limits.starting_now(_DESCRIBE_SECONDS)
        seen: set[int] = set()
        drafts: list[_Draft | Failure | Candidate] = []
        for candidate in candidates:
            if isinstance(candidate, Failure) or id(candidate.plugin) in seen:
                drafts.append(candidate)
                continue
            seen.add(id(candidate.plugin))
            drafts.append(self._draft(candidate, limits))
        return drafts

    def judge(self, draft: _Draft | Failure | Candidate) -> None:
        if isinstance(draft, Failure):
            self.failures.append(draft)
        elif isinstance(draft, Candidate):
            self._fail(draft, self._problem(LoadReason.TWICE_REGISTERED), self._ids.get(id(draft.plugin)))
        else:
            self._judge_draft(draft)

    def _draft(self, candidate: Candidate, limits: Limits) -> _Draft | Failure:
        try:
            hooks = register(candidate.plugin, candidate.name, locale=self._locale)
        except MobilityProblem as error:
            return Failure(candidate.name, error.problem)
        except KeyboardInterrupt:
            raise  # somebody's Ctrl-C, for this runs on the host's own thread
        except BaseException as error:  # noqa: BLE001 - a plugin's attributes may do anything when looked at
            log_fault(candidate.name, "registration", error)
            problem = self._problem(LoadReason.REGISTRATION, about=type(error).__name__)
            return Failure(candidate.name, problem)
        bulkhead = Bulkhead(candidate.name)
        description: Call[ProviderInfo] = Call(
            candidate.name,
            DESCRIBE,
            hook=hooks[DESCRIBE],
            arguments={},
            read=read_info,
            bulkhead=bulkhead,
            circuit=Circuit(self._clock),
            limits=limits,
            locale=self._locale,
        )
        description.begin()
        return _Draft(candidate, hooks, bulkhead, description)

    def _judge_draft(self, draft: _Draft) -> None:
        described = draft.description.outcome()
        if isinstance(described, Miss):
            draft.bulkhead.close()
            self._fail(draft.candidate, described.problem)
            return
        info = described.document
        self._ids[id(draft.candidate.plugin)] = info["id"]
        problem = self._objection(info)
        if problem is None and info["id"] not in self._disabled:
            provider = Provider(info, draft.hooks, bulkhead=draft.bulkhead, clock=self._clock)
            self.providers[info["id"]] = provider
            return
        draft.bulkhead.close()
        if problem is not None:
            self._fail(draft.candidate, problem, info["id"])

    def _objection(self, info: ProviderInfo) -> Problem | None:
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
        return load_problem(reason, locale=self._locale, about=about, ours=ours)

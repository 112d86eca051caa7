"""What a planner host calls: every hook of the contract, called for all providers or for one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from mobility_hookspecs._kit import hooks
from mobility_hookspecs._kit.entry_points import disabled_names, given_candidates, installed_candidates
from mobility_hookspecs._kit.hook_call import NoAnswer, ValidAnswer
from mobility_hookspecs._kit.loading import Loaded, LoadError, load
from mobility_hookspecs._kit.outcomes import failed_check, refused, without_answer
from mobility_hookspecs._kit.providers import Providers
from mobility_hookspecs._kit.reconciling import Reconciling
from mobility_hookspecs.authoring.forking import detect_fork, load_before_fork, load_modules, renew_in_child
from mobility_hookspecs.context import known_locale
from mobility_hookspecs.gathered import Failure, Gathered
from mobility_hookspecs.problems import MobilityProblem

if TYPE_CHECKING:
    from mobility_schemas.documents import (
        Appointment,
        CheckReport,
        ErasureReport,
        ErasureSubjects,
        MobilityFilters,
        MobilityOffer,
        MobilityRequest,
        MobilityState,
        MobilityStep,
        ProviderInfo,
        ProviderSettings,
        ReconcileReport,
        RentalChange,
        RentalOutcome,
    )

Document = TypeVar("Document")

# What explains a refused document.
load_before_fork(
    partial(load_modules, "jsonschema", "mobility_schemas.explaining", "mobility_schemas.sentences")
)


class MobilityHost:
    """The providers that loaded, to be asked each isolated from the others.

    Every method takes ``timeout`` in seconds and ``locale`` (``de``, ``en`` or a variant; anything else is
    answered in English; the host's own where it is left out), answers no later than 50 ms past the time-out,
    and may be called from any thread.
    A host with several providers asks ``mobility_states`` before it books, and warns of a rental that
    another provider already has for the appointment.
    """

    def __init__(self, loaded: Loaded, *, locale: str = "de") -> None:
        """Hold what was loaded; a host is made by ``load`` or ``of``."""
        self._failures = loaded.failures
        self._providers = Providers(loaded.providers, locale=locale)
        self._is_closed = False
        self._reconciling: Reconciling | None = None
        self._renew()
        renew_in_child(self._renew)

    @classmethod
    def load(cls, disabled: Iterable[str] = (), strict: bool = False, *, locale: str = "de") -> MobilityHost:
        """Load the installed providers by entry point, and call nothing but their description.

        :param disabled: names to leave out, beside those of ``WORKSHOP_PLANNER_DISABLE=name,name``.
        :param strict: raise instead of listing what does not load.
        :param locale: the host's language: of the failures, and of every call that names no other.
        :raises LoadError: strict, and a provider does not load.
        """
        names = disabled_names(disabled)
        candidates = installed_candidates(names, locale=known_locale(locale))
        loaded = load(candidates, disabled=names, locale=known_locale(locale), clock=time.monotonic)
        return cls._of_loaded(loaded, strict=strict, locale=locale)

    @classmethod
    def of(
        cls,
        *plugins: object,
        strict: bool = False,
        locale: str = "de",
        clock: Callable[[], float] = time.monotonic,
    ) -> MobilityHost:
        """Load the given providers, for tests and for hosts that find providers in another way.

        :param plugins: modules or objects with hooks, or pairs of a name and one of these.
        :param locale: the host's language, as for ``load``.
        :param clock: monotonic seconds, for the pause of a hook that failed too often.
        :raises LoadError: strict, and a provider does not load.
        """
        loaded = load(given_candidates(plugins), locale=known_locale(locale), clock=clock)
        return cls._of_loaded(loaded, strict=strict, locale=locale)

    @classmethod
    def _of_loaded(cls, loaded: Loaded, *, strict: bool, locale: str) -> MobilityHost:
        if strict and loaded.failures:
            loaded.discard()
            raise LoadError(loaded.failures)
        return cls(loaded, locale=locale)

    @property
    def providers(self) -> tuple[ProviderInfo, ...]:
        """The descriptions of the loaded providers, sorted by id."""
        return tuple(provider.info for provider in self._providers.loaded)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What did not load, and why."""
        return self._failures

    def __enter__(self) -> MobilityHost:
        """Return the host itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the host."""
        self.close()

    def close(self) -> None:
        """End threads and the providers' clients; a second call does nothing.

        Takes some seconds at most, whatever a provider does. Later calls fail: ``not_supported``.
        """
        detect_fork()
        with self._lock:
            self._is_closed = True
        if self._reconciling is not None:
            self._reconciling.stop()
        self._providers.close()

    def appointment_saved(
        self, appointment: Appointment, timeout: float = 5.0, *, locale: str | None = None
    ) -> Gathered[MobilityStep]:
        """Notify every provider that an appointment was saved, and gather what step 4 shows."""
        return self._providers.ask_all(hooks.APPOINTMENT_SAVED, appointment, timeout=timeout, locale=locale)

    def mobility_filters(
        self, site: str, timeout: float = 3.0, *, locale: str | None = None
    ) -> Gathered[MobilityFilters]:
        """Gather the vehicle classes and features that a search can ask for."""
        return self._providers.ask_all(hooks.FILTERS, site, timeout=timeout, locale=locale)

    def mobility_options(
        self, request: MobilityRequest, timeout: float = 3.0, *, locale: str | None = None
    ) -> Gathered[MobilityOffer]:
        """Search: gather what the providers offer for a period."""
        return self._providers.ask_all(hooks.OPTIONS, request, timeout=timeout, locale=locale)

    def mobility_states(
        self, appointment_ids: Sequence[str], timeout: float = 3.0, *, locale: str | None = None
    ) -> Gathered[list[MobilityState]]:
        """Gather, for each provider, one state for each appointment, in the order asked."""
        return self._providers.ask_all(hooks.STATES, appointment_ids, timeout=timeout, locale=locale)

    def change_rental(
        self, change: RentalChange, timeout: float = 15.0, *, locale: str | None = None
    ) -> RentalOutcome:
        """Have the change's own provider book, change the end or cancel.

        :returns: the provider's outcome; ``unknown`` when it was called and returned none that is valid;
            ``refused`` when it was never called, so that nothing can have happened.
        """
        try:
            result = self._providers.ask_one(hooks.RENTAL_CHANGE, change, timeout=timeout, locale=locale)
        except MobilityProblem as error:
            # Raised before any provider was called, so nothing can have happened.
            return refused(change, error.problem)
        if isinstance(result, NoAnswer):
            return without_answer(change, result, locale=self._providers.language(locale))
        return result.document

    def reconcile(self, timeout: float = 10.0, *, locale: str | None = None) -> Gathered[ReconcileReport]:
        """Have every provider settle what is pending and bring in what changed."""
        return self._providers.ask_all(hooks.RECONCILE, timeout=timeout, locale=locale)

    def keep_reconciling(self, every: float = 30.0, *, locale: str | None = None) -> None:
        """Reconcile at once and then every ``every`` seconds on a thread of its own, until ``close``.

        A second call changes nothing. A child made by ``fork`` reconciles, too.
        """
        detect_fork()
        with self._lock:
            if self._reconciling is None and not self._is_closed:
                self._reconciling = Reconciling(partial(self.reconcile, locale=locale), every=every)
                self._reconciling.start()

    def settings(
        self, provider: str, site: str, timeout: float = 10.0, *, locale: str | None = None
    ) -> ProviderSettings:
        """Return a provider's settings of a site, with the form to edit them.

        :raises MobilityProblem: it has no settings, or did not answer.
        """
        return _document_of(
            self._providers.ask_one(hooks.SETTINGS, site, provider=provider, timeout=timeout, locale=locale)
        )

    def save_settings(
        self, settings: ProviderSettings, timeout: float = 10.0, *, locale: str | None = None
    ) -> CheckReport:
        """Have the settings' provider save them, and return whether they work.

        :raises MobilityProblem: they are invalid, or it did not answer.
        """
        return _document_of(
            self._providers.ask_one(hooks.SAVE_SETTINGS, settings, timeout=timeout, locale=locale)
        )

    def check(
        self, provider: str, site: str, timeout: float = 10.0, *, locale: str | None = None
    ) -> CheckReport:
        """Test a provider's connection; whatever goes wrong is a finding of the report."""
        try:
            return _document_of(
                self._providers.ask_one(hooks.CHECK, site, provider=provider, timeout=timeout, locale=locale)
            )
        except MobilityProblem as error:
            # Whoever tests a connection wants to see why it fails, wherever it fails.
            return failed_check(provider, site, error.problem)

    def erase(
        self, subjects: ErasureSubjects, timeout: float = 10.0, *, locale: str | None = None
    ) -> Gathered[ErasureReport]:
        """Have every provider erase personal data, and gather what they keep and why.

        A provider that cannot erase is a failure ``not_supported``: what it holds is still there.
        """
        return self._providers.ask_all(hooks.ERASE, subjects, timeout=timeout, locale=locale)

    def _renew(self) -> None:
        self._lock = threading.Lock()


def _document_of(result: ValidAnswer[Document] | NoAnswer) -> Document:
    if isinstance(result, NoAnswer):
        raise MobilityProblem(result.problem)
    return result.document

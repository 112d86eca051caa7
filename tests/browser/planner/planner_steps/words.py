"""What stands on the pages, in either language: as the catalogues have it, and as the user's document does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import carloop_sandbox
import demo_base
import planner_host
from carloop_plugin.messages import text as carloop_text
from demo_base.languages import Catalogues, Language

DOCUMENT = {
    "step.1": "1. Kunde",
    "step.2": "2. Fahrzeug",
    "step.3": "3. Termin",
    "step.4": "4. Mobilitätsangebot",
    "offer.period": "Verleihzeitraum",
    "offer.customer": "Kundendaten",
    "offer.classes": "Fahrzeugklassen",
    "offer.features": "Fahrzeugeigenschaften",
    "offer.search": "Verfügbare Mietwagen suchen",
    "offer.save": "Verleihvorgang speichern",
    "rental.change_end": "Verleihende ändern",
    "rental.cancel": "Verleihvorgang stornieren",
    "nav.settings": "Einstellungen",
    "settings.title": "Carloop – Einstellungen",
    "settings.base_url": "Webadresse",
    "settings.token": "Authentifizierungsschlüssel",
    "nav.administration": "Administration",
    "interfaces.title": "Schnittstellen",
    "planner.title": "Werkstattplaner Schnittstelle",
    "planner.edit": "Bearbeiten",
    "planner.token": "Token",
}
"""The user's own words: where a page says something else in German, the tests do not find their way."""


def _catalogues(package: object) -> Catalogues:
    base, own = (
        Path(str(each.__file__)).parent / "locale"  # type: ignore[attr-defined]
        for each in (demo_base, package)
    )
    return Catalogues(base, own)


_PLANNER, _CARLOOP = _catalogues(planner_host), _catalogues(carloop_sandbox)


@dataclass(frozen=True)
class Words:
    """The words of one language, `de` or `en`."""

    code: str
    planner: Language = field(init=False, repr=False)
    carloop: Language = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "planner", _PLANNER[self.code])
        object.__setattr__(self, "carloop", _CARLOOP[self.code])

    def __call__(self, key: str, **values: object) -> str:
        """Give a text of the planner's pages."""
        return self._said(key) or self.planner.text(key, **values)

    def n(self, key: str, number: int) -> str:
        """Give a text of the planner's pages that depends on a number."""
        return self.planner.count(key, number)

    def at_carloop(self, key: str, **values: object) -> str:
        """Give a text of Carloop's pages."""
        return self._said(key) or self.carloop.text(key, **values)

    def by_carloop(self, key: str, **values: object) -> str:
        """Give a text that the plugin brings onto the planner's pages."""
        return self._said(key) or carloop_text(key, self.code, **values)

    def _said(self, key: str) -> str:
        return DOCUMENT.get(key, "") if self.code == "de" else ""

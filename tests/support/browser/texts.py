"""The texts of the pages in either language: from the catalogues, and from the user's requirements document."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import carloop_sandbox
import planner_host
import web_base
from carloop_plugin.messages import text as carloop_text
from web_base.languages import Catalogues, Language

# A page whose German words differ from the user's document fails the tests.
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


def _catalogues(package: ModuleType) -> Catalogues:
    base, own = (Path(str(each.__file__)).parent / "locale" for each in (web_base, package))
    return Catalogues(base, own)


_PLANNER, _CARLOOP = _catalogues(planner_host), _catalogues(carloop_sandbox)


@dataclass(frozen=True)
class Texts:
    """The texts of one language, `de` or `en`."""

    code: str

    @property
    def planner(self) -> Language:
        """Return the language of the planner's pages."""
        return _PLANNER[self.code]

    def __call__(self, key: str, **values: object) -> str:
        """Return a text of the planner's pages."""
        return self._in_document(key) or self.planner.text(key, **values)

    def at_carloop(self, key: str, **values: object) -> str:
        """Return a text of Carloop's pages."""
        return self._in_document(key) or _CARLOOP[self.code].text(key, **values)

    def by_plugin(self, key: str) -> str:
        """Return a text of the planner's pages that comes from the plugin."""
        return self._in_document(key) or carloop_text(key, self.code)

    def _in_document(self, key: str) -> str:
        return DOCUMENT.get(key, "") if self.code == "de" else ""

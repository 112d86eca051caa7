"""The audit page, as the administration reads it."""

from planner_host.audit import Deed

from .conftest import words


def deed(site, action, subject, **fields):
    """Note what somebody did."""
    site.planner.audit.note(Deed(site.planner.now(), "anna", action, subject, "fake", **fields))


def test_what_was_asked_for_is_a_noun(site, saved):
    """So that what became of it can be said of it; why is said in words, where the contract has any."""
    deed(site, "change_end", saved.id, outcome="refused", code="vehicle_unavailable")
    deed(site, "settings", "fake", outcome="saved", code="station_unknown")
    page = words(site.browser("admin").get("/audit"))
    assert "Änderung des Verleihendes abgelehnt Das Fahrzeug ist in diesem Zeitraum nicht mehr frei." in page
    assert "Änderung der Einstellungen gespeichert, Prüfung mit Fehler station_unknown" in page


def test_an_appointment_is_named_by_its_time(site, saved):
    """Beside its id; one that is gone has none."""
    deed(site, "appointment_taken_up", saved.id)
    deed(site, "book", "T-gone")
    page = words(site.browser("admin").get("/audit"))
    assert f"Wiederaufnahme des Termins erledigt {saved.id} 25.11.2026, 08:00" in page
    assert "Buchung erledigt T-gone –" in page

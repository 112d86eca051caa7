"""The audit log as the administration reads it."""

from planner_host.storage.audit import AuditEntry

from .conftest import words


def test_deeds_are_listed_in_words(site, saved):
    """What was asked for is a noun, reasons are words where the contract has any, appointments have their time."""
    for action, subject, fields in (
        ("change_end", saved.id, {"outcome": "refused", "code": "vehicle_unavailable"}),
        ("settings", "fake", {"outcome": "saved", "code": "station_unknown"}),
        ("appointment_taken_up", saved.id, {}),
        ("book", "T-gone", {}),
    ):
        site.planner.audit.add(AuditEntry(site.planner.now(), "anna", action, subject, "fake", **fields))
    page = words(site.browser("admin").get("/audit"))
    assert "Änderung des Verleihendes abgelehnt Das Fahrzeug ist in diesem Zeitraum nicht mehr frei." in page
    assert "Änderung der Einstellungen gespeichert, Prüfung mit Fehler station_unknown" in page
    assert f"Wiederaufnahme des Termins erledigt {saved.id} 25.11.2026, 08:00" in page
    assert "Buchung erledigt T-gone –" in page

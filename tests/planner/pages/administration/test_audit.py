"""The audit log as the administration reads it."""

from datetime import timedelta

from planner_host.storage.audit import AuditEntry

from ...conftest import Elements
from ..conftest import words


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


def lines_of(answer):
    """Return the lines of a CSV."""
    return answer.content.decode("utf-8-sig").splitlines()


def test_entries_are_filtered_and_exported(site, saved):
    """By who, what, provider, appointment and day; the export has all pages, and cells that Excel does not run."""
    add, now = site.planner.audit.add, site.planner.now()
    for number in range(60):
        add(AuditEntry(now, "anna", "appointment_new", f"T-{number}"))
    add(AuditEntry(now, "bert", "book", saved.id, "fake", "=1+1", title='-2;"x"'))
    add(AuditEntry(now - timedelta(days=2), "bert", "book", "T-old", "fake", "R-2"))
    admin, english = site.browser("admin"), site.browser("admin", **{"Accept-Language": "en"})
    for asked, subjects in (
        ("user=bert", [saved.id, "T-old"]),
        ("user=bert&from=24.11.2026", [saved.id]),
        ("action=book&provider=fake&to=2026-11-22", ["T-old"]),
        ("subject=T-5&page=1", ["T-5", *(f"T-{number}" for number in range(50, 60))]),
        ("user=nobody", []),
    ):
        lines = lines_of(admin.get(f"/audit.csv?{asked}"))
        assert sorted(line.split(";")[6] for line in lines[1:]) == sorted(subjects), asked
        shown = words(admin.get(f"/audit?{asked}"))
        assert [each in shown for each in subjects] == [True] * len(subjects), asked
    whole = admin.get("/audit.csv")
    assert (whole.headers["content-type"], len(lines_of(whole))) == ("text/csv; charset=utf-8", 63)
    assert 'filename="protokoll-2026-11-24.csv"' in whole.headers["content-disposition"]
    (booked,) = [line for line in lines_of(whole) if saved.id in line]
    assert booked.startswith("2026-11-24 10:07:00;bert;Buchung;erledigt;;;")
    assert booked.endswith(""";Fake & Co.;'=1+1;"'-2;""x""\"""")
    assert lines_of(english.get("/audit.csv"))[0].startswith("When,Who,What,")
    wrong = admin.get("/audit?from=x&user=bert")
    assert ("Das ist kein Datum." in words(wrong), "T-old" in words(wrong)) == (True, True)
    refused = admin.get("/audit.csv?from=x")
    assert (refused.status_code, refused.headers["location"]) == (303, "/audit?from=x")
    older = [each for each in Elements(admin.get("/audit?user=anna").text).addresses if "page=2" in each]
    assert older == ["/audit?user=anna&page=2"]

"""The demo's story in German."""

TEXTS: dict[str, str] = {
    "demo.begin": (
        "Ein Verleihvorgang von Anfang bis Ende, mit einer Carloop-Sandbox und dem Anbieter, wie ein Planer ihn "
        "lädt:"
    ),
    "demo.well": "Jeder Schritt tat, was er soll.",
    "demo.ill": "Nicht jeder Schritt tat, was er soll (✗).",
    "demo.json_alone": "--json gibt es nur zusammen mit --scripted.",
    "demo.not_started": "Fehler: Die Vorführung startet nicht. {why}",
    "demo.port_taken": (
        "Der Port {port} ist belegt oder nicht nutzbar. Bitte mit {option} einen anderen wählen (0: ein freier)."
    ),
    "demo.starting": "Carloop und Werkstattplaner werden gestartet …",
    "demo.stopped": "Beide sind beendet.",
    "demo.try": (
        "\n"
        "Werkstattplaner  {planner}\n"
        "  anmelden als   advisor  {advisor}\n"
        "  oder als       admin    {admin}\n\n"
        "Carloop          {sandbox}\n"
        "  anmelden als   admin    {sandbox_password}\n"
        "  Token          {token}\n\n"
        "Beides läuft bis Strg-C. Auf der Kommandozeile, in einem anderen Fenster:\n\n"
        "{path}"
        "  export CARLOOP_BASE_URL={sandbox}\n"
        "  export CARLOOP_TOKEN={token}\n"
        "  export CARLOOP_STORE={store}\n"
        "  carloop settings test\n"
        "  carloop appointment save {file}\n"
        "  carloop classes\n"
        "  carloop search --appointment A-2026-0001 --class kombi --class suv\n"
        "  carloop book --appointment A-2026-0001 --option …\n"
        "  carloop rentals"
    ),
    "story.unexpected": "Anders als erwartet – {why}",
    "story.broken": "Der Schritt ist abgebrochen ({kind}).",
    "story.loaded": "Der Planer lädt den Anbieter über seinen Einstiegspunkt (Entry Point)",
    "story.loaded.seen": "{provider} {version}, Vertrag {contract}",
    "story.settings_right_token": "Einstellungen: Verbindung testen, mit dem richtigen Token",
    "story.settings_right_token.seen": "{message}",
    "story.settings_wrong_token": "Einstellungen: Verbindung testen, mit einem falschen Token",
    "story.settings_wrong_token.seen": "{message}",
    "story.appointment_saved": "Der Termin wird gespeichert, Schritt 4 bietet Carloop an",
    "story.appointment_saved.seen": (
        "Termin {appointment_id}: Zeitraum und Kundendaten übernommen; gesperrt, weil aus dem DMS: {locked}"
    ),
    "story.filters": "Filter: Fahrzeugklassen und Fahrzeugeigenschaften",
    "story.filters.seen": "{vehicle_classes} Klassen, {features} Eigenschaften",
    "story.search": "Verfügbare Mietwagen suchen: zwei Klassen, zwei Eigenschaften",
    "story.search.seen": "{total} von {free} freien Wagen passen; gewählt: {title}",
    "story.book": "Verleihvorgang speichern",
    "story.book.seen": "Verleihvorgang {rental_id}: {title}",
    "story.book_again": "Dieselbe Änderung noch einmal gesendet",
    "story.book_again.seen": "derselbe Verleihvorgang {rental_id}; bei Carloop: {rentals}",
    "story.already_booked": "Eine zweite Buchung für den Termin",
    "story.already_booked.seen": "abgelehnt: {message} ({rental_id})",
    "story.vehicle_unavailable": "Ein anderer Planer nimmt den Wagen zuerst",
    "story.vehicle_unavailable.seen": (
        "abgelehnt: {message} Alternativen: {alternatives}, zum Beispiel {title}"
    ),
    "story.period_in_past": "Ein Beginn in der Vergangenheit",
    "story.period_in_past.seen": "abgelehnt: {message}",
    "story.customer_locked": "Die Daten eines DMS-Kunden werden verändert",
    "story.customer_locked.seen": "abgelehnt: {message}",
    "story.change_end": "Verleihende ändern",
    "story.change_end.seen": "Verleihvorgang {rental_id} endet jetzt {end}",
    "story.change_end_running": "Verleihende ändern, während der Verleihvorgang läuft",
    "story.change_end_running.seen": "Verleihvorgang {rental_id} ist abgeholt und endet jetzt {end}",
    "story.rental_immutable": "Mit dem Verleihende soll auch der Wagen geändert werden",
    "story.rental_immutable.seen": "abgelehnt: {message} Stelle: {pointer}",
    "story.answer_lost": "Carloop bucht, aber die Antwort geht verloren",
    "story.answer_lost.seen": (
        "Ausgang unbekannt – weder erledigt noch gescheitert; dann stürzt der Planer ab"
    ),
    "story.unknown_after_restart": "Der Planer startet neu",
    "story.unknown_after_restart.seen": "der Ausgang ist weiterhin als unbekannt vermerkt",
    "story.reconciled": "Abgleich mit Carloop",
    "story.reconciled.seen": (
        "Verleihvorgang {rental_id} gefunden und dem Termin zugeordnet; bei Carloop: {rentals}"
    ),
    "story.desk_swapped": "Am Schalter wird der Wagen getauscht",
    "story.desk_swapped.seen": "nach dem Abgleich zu sehen: {title}",
    "story.desk_taken_back": "Am Schalter wird der abgeholte Wagen vorzeitig zurückgenommen",
    "story.desk_taken_back.seen": "nach dem Abgleich zu sehen: Verleihvorgang {rental_id} zurückgegeben",
    "story.cancel": "Verleihvorgang stornieren",
    "story.cancel.seen": "Verleihvorgang {rental_id} ist storniert",
    "story.cancel_again": "Noch einmal stornieren",
    "story.cancel_again.seen": "gelingt und ändert nichts",
    "story.token_revoked": "Der Token wird in Carloop widerrufen",
    "story.token_revoked.seen": "{message}",
}

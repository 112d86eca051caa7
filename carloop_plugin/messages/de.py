"""The German texts."""

TEXTS: dict[str, str] = {
    # The settings: environment, configuration file, settings page
    "settings.title": "Carloop – Einstellungen",
    "settings.help": (
        "Webadresse und Token finden Sie in Carloop unter Administration → Schnittstellen → Werkstattplaner "
        "Schnittstelle → Bearbeiten."
    ),
    "settings.link": "Informationen, Preise und Unterstützung: www.carloop.info",
    "settings.base_url": "Webadresse",
    "settings.base_url.help": "Die Adresse Ihres Carloop, sie beginnt mit https://.",
    "settings.token": "Authentifizierungsschlüssel",
    "settings.token.help": (
        "Der Token aus Carloop: Administration → Schnittstellen → Werkstattplaner Schnittstelle → Bearbeiten, "
        "Feld Token. Ein leeres Feld behält den gespeicherten."
    ),
    "settings.station": "Station",
    "settings.station.help": "Nur Mietwagen dieser Carloop-Station anbieten; leer bedeutet alle Stationen.",
    "settings.saved": "Die Einstellungen wurden gespeichert.",
    "settings.not_saved": "Es wurde nichts gespeichert.",
    "settings.fixed": "„{title}“ ist durch die Umgebung oder die Konfigurationsdatei festgelegt. Bitte dort ändern.",
    "settings.token_dropped": (
        "Die Webadresse führt zu einem anderen Carloop, deshalb wurde der Authentifizierungsschlüssel entfernt. "
        "Bitte den Schlüssel neu eingeben."
    ),
    "settings.token_without_address": (
        "Ohne Webadresse kann der Authentifizierungsschlüssel nicht gespeichert werden. Bitte auch die "
        "Webadresse eingeben."
    ),
    "settings.unknown_key": (
        "Die Konfigurationsdatei {file} enthält „{key}“, das keine Bedeutung hat. Bitte die Schreibweise prüfen."
    ),
    "settings.value_unknown": "Diese Einstellung gibt es nicht. Möglich sind base_url, token und station.",
    "settings.value_not_a_word": "Hier wird Text oder null erwartet.",
    "settings.value_token": (
        "Das ist kein Token: Er besteht aus Buchstaben, Ziffern und Zeichen ohne Leerzeichen. Bitte ihn "
        "vollständig aus Carloop kopieren."
    ),
    "settings.value_station": "Das ist keine Station: höchstens 200 Zeichen in einer Zeile.",
    "settings.config_missing": (
        "Die Konfigurationsdatei {file} gibt es nicht. Bitte CARLOOP_CONFIG berichtigen oder die Datei anlegen."
    ),
    "settings.config_no_permission": (
        "Die Konfigurationsdatei {file} darf nicht gelesen werden. Bitte die Zugriffsrechte berichtigen."
    ),
    "settings.config_folder": "{file} ist ein Ordner. Bitte in CARLOOP_CONFIG eine Datei angeben.",
    "settings.config_unreadable": "Die Konfigurationsdatei {file} lässt sich nicht lesen. Bitte CARLOOP_CONFIG prüfen.",
    "settings.config_not_text": (
        "Die Konfigurationsdatei {file} ist in Zeile {line} kein UTF-8-Text. Bitte sie als UTF-8 speichern."
    ),
    "settings.config_broken": (
        "Die Konfigurationsdatei {file} ist in Zeile {line}, Spalte {column} kein gültiges TOML. Bitte die Zeile "
        "berichtigen."
    ),
    "settings.config_table": (
        "In der Konfigurationsdatei {file} muss „{key}“ ein Abschnitt sein, zum Beispiel [sites.main]. Bitte "
        "berichtigen."
    ),
    "settings.config_not_a_word": (
        "In der Konfigurationsdatei {file} muss „{key}“ Text in Anführungszeichen sein. Bitte berichtigen."
    ),
    "settings.token_variable": (
        "Der Inhalt von {name} ist kein Token (Leerzeichen, Umlaute oder zu lang). Bitte den Token vollständig "
        "aus Carloop kopieren."
    ),
    "settings.token_file_missing": (
        "Die Datei {file} mit dem Token gibt es nicht. Bitte token_file in der Konfigurationsdatei berichtigen "
        "oder die Datei anlegen."
    ),
    "settings.token_file_no_permission": (
        "Die Datei {file} mit dem Token darf nicht gelesen werden. Bitte die Zugriffsrechte berichtigen."
    ),
    "settings.token_file_folder": "{file} ist ein Ordner. Bitte in token_file eine Datei angeben.",
    "settings.token_file_unreadable": (
        "Die Datei {file} mit dem Token lässt sich nicht lesen. Bitte token_file in der Konfigurationsdatei "
        "prüfen."
    ),
    "settings.token_file_content": (
        "In der Datei {file} steht kein Token. Bitte den Token allein hineinschreiben, in einer Zeile."
    ),
    "credentials.file_unreadable": (
        "Die Datei {file} mit den Authentifizierungsschlüsseln lässt sich nicht lesen. Bitte die Zugriffsrechte "
        "berichtigen."
    ),
    "credentials.file_broken": (
        "Die Datei {file} mit den Authentifizierungsschlüsseln ist beschädigt. Bitte sie löschen und die "
        "Schlüssel neu eingeben."
    ),
    "credentials.file_foreign": (
        "Die Datei {file} mit den Authentifizierungsschlüsseln gehört einem anderen Benutzer. Bitte den Besitzer "
        "ändern."
    ),
    "credentials.file_open": (
        "Die Datei {file} mit den Authentifizierungsschlüsseln können andere lesen. Bitte die Zugriffsrechte auf "
        "0600 setzen."
    ),
    "credentials.file_unwritable": (
        "In die Datei {file} lässt sich nicht schreiben. Bitte freien Platz und Zugriffsrechte prüfen."
    ),
    "credentials.keyring_keeps": (
        "Der Schlüsselbund gibt den Authentifizierungsschlüssel nicht her. Bitte den Schlüsselbund entsperren "
        "und erneut speichern."
    ),
    # The test of the connection
    "check.connected": "Verbunden mit Carloop, Konto „{account}“.",
    "check.no_address": "Es ist keine Webadresse eingetragen.",
    "check.no_address.hint": "Bitte in den Einstellungen die Webadresse Ihres Carloop eingeben.",
    "check.no_token": "Es ist kein Authentifizierungsschlüssel eingetragen.",
    "check.no_token.hint": (
        "Bitte in Carloop unter Administration → Schnittstellen → Werkstattplaner Schnittstelle → Bearbeiten den "
        "Token kopieren und in den Einstellungen eingeben."
    ),
    "check.not_authorised": (
        "Carloop erkennt den Authentifizierungsschlüssel nicht an; er ist falsch oder wurde widerrufen."
    ),
    "check.not_authorised.hint": (
        "Bitte in Carloop unter Administration → Schnittstellen → Werkstattplaner Schnittstelle → Bearbeiten den "
        "Token erneuern und hier eingeben."
    ),
    "check.unreachable": "Carloop ist unter der eingetragenen Webadresse nicht zu erreichen.",
    "check.unreachable.hint": "Bitte die Webadresse und die Netzwerkverbindung prüfen.",
    "check.deadline_exceeded": "Carloop hat nicht rechtzeitig geantwortet.",
    "check.deadline_exceeded.hint": (
        "Bitte später erneut versuchen; bleibt es dabei, Webadresse und Netzwerkverbindung prüfen."
    ),
    "check.rate_limited": "Carloop bekommt gerade zu viele Anfragen.",
    "check.rate_limited.hint": "Bitte in einer Minute erneut versuchen.",
    "check.invalid_answer": (
        "Unter der Webadresse antwortet etwas anderes als Carloops Schnittstelle, zum Beispiel eine Webseite."
    ),
    "check.invalid_answer.hint": (
        "Bitte die Webadresse prüfen: Gebraucht wird die Ihres Carloop, nicht die einer Informationsseite."
    ),
    "check.rental_not_found": "Unter der Webadresse gibt es Carloops Schnittstelle nicht.",
    "check.rental_not_found.hint": (
        "Bitte die Webadresse prüfen: Gebraucht wird die Ihres Carloop, nicht die einer Informationsseite."
    ),
    "check.station_unknown": (
        "Die Station „{station}“ gibt es in Carloop nicht. Bitte eine von diesen eintragen: {known}."
    ),
    "check.clock_ahead": "Carloops Uhr geht gegenüber diesem Rechner {seconds} Sekunden vor.",
    "check.clock_behind": "Carloops Uhr geht gegenüber diesem Rechner {seconds} Sekunden nach.",
    "check.clock_skew.hint": "Bitte die Uhr dieses Rechners stellen; für Buchungen zählt Carloops Uhr.",
}

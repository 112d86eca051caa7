"""The German texts."""

TEXTS: dict[str, str] = {
    # The rules, the records, the search
    "store.busy": "Die Carloop-Ablage ist gerade belegt. Bitte versuchen Sie es gleich noch einmal.",
    "store.full": "Auf dem Datenträger ist kein Platz mehr für die Carloop-Ablage {path}. Bitte schaffen Sie Platz.",
    "store.damaged": "Die Carloop-Ablage {path} ist beschädigt. „carloop recover --rebuild“ legt sie beiseite und baut sie aus Carloop neu auf.",
    "store.not_writable": "Die Carloop-Ablage {path} lässt sich nicht öffnen oder schreiben ({why}). Bitte prüfen Sie CARLOOP_STORE und die Zugriffsrechte.",
    "store.failed": "Die Carloop-Ablage {path} meldet einen Fehler ({why}). „carloop doctor“ sagt mehr.",
    "store.newer": "Die Carloop-Ablage {path} stammt von einer neueren Fassung des Plugins (dort: {found}, hier bekannt: {known}). Bitte aktualisieren Sie das Plugin.",
    "store.postgres_missing": "Für eine Ablage in PostgreSQL fehlt die Erweiterung. Bitte installieren Sie „carloop-plugin[postgres]“ oder geben Sie in CARLOOP_STORE einen Dateipfad an.",
    "store.address_unclear": "Die Adresse der Carloop-Ablage ({path}) ist nicht eindeutig lesbar. In CARLOOP_STORE steht ein Dateipfad oder postgresql://BENUTZER:KENNWORT@RECHNER:PORT/DATENBANK; Sonderzeichen im Kennwort werden umschrieben, etwa @ als %40 und / als %2F.",
    "store.unreachable": "Die Carloop-Ablage {path} ist nicht erreichbar oder lässt uns nicht zu ({why}). Bitte prüfen Sie den PostgreSQL-Server und die Adresse in CARLOOP_STORE.",
    "store.connection_lost": "Die Verbindung zur Carloop-Ablage {path} ist abgebrochen. Bitte versuchen Sie es gleich noch einmal.",
    "store.server_full": "Auf dem Datenträger des PostgreSQL-Servers ist kein Platz mehr für die Carloop-Ablage {path}. Bitte schaffen Sie Platz.",
    "store.read_only": "Die Carloop-Ablage {path} lässt sich gerade nur lesen. Bitte prüfen Sie, ob CARLOOP_STORE auf den Hauptserver zeigt und Schreiben erlaubt ist.",
    "store.no_right": "Dem Datenbankbenutzer fehlen Rechte an der Carloop-Ablage {path}. Er muss das Schema „carloop“ anlegen oder besitzen.",
    "store.rebuild_shared": "Eine Ablage in PostgreSQL ({path}) wird aus der Datensicherung des Servers wiederhergestellt, nicht aus Carloop. Danach bringt „carloop recover“ die Mietvorgänge auf den neuesten Stand.",
    "store.lost": "Die Carloop-Ablage {path} ist verschwunden, obwohl es sie gab. Bis sie wieder da ist, wird nichts gebucht. „carloop recover --rebuild“ baut sie aus Carloop neu auf; ebenso gut lässt sich eine Datensicherung an ihre Stelle legen.",
    "store.other_installation": "Die Carloop-Ablage {path} gehört zu einer anderen Installation (dort: {found}, bisher: {known}). Bitte legen Sie die bisherige zurück, oder starten Sie den Planer neu, wenn es die richtige ist.",
    "store.rebuilding": "Die Carloop-Ablage wird gerade neu aufgebaut. Bitte versuchen Sie es in einigen Minuten noch einmal.",
    "store.sound": "Die Carloop-Ablage {path} ist unbeschädigt; es wurde nichts verschoben oder neu aufgebaut. „carloop recover“ ohne --rebuild klärt, was offen ist, und holt Änderungen.",
    "store.rebuild_in_use": "Die Carloop-Ablage {path} wird von einem laufenden Planer oder einem anderen Programm benutzt. Es wurde nichts verschoben oder neu aufgebaut. Bitte beenden Sie die Planer-Server und rufen Sie dann „carloop recover --rebuild“ erneut auf.",
    "store.copy_nothing": "In {path} liegt keine Carloop-Ablage, die sich kopieren ließe.",
    "store.copy_same": "Quelle und Ziel sind dieselbe Carloop-Ablage ({path}). Bitte geben Sie als Ziel einen anderen, leeren Ort an.",
    "store.copy_no_database": "Die Datei {path} ist keine Datenbank und damit keine Carloop-Ablage. Sie bleibt, wie sie ist, und kopiert wurde nichts. Bitte prüfen Sie den Pfad.",
    "store.copy_damaged": "Die Carloop-Ablage {path} ist beschädigt. Sie bleibt, wie sie ist, und kopiert wurde nichts. Bitte holen Sie sie aus der Datensicherung, oder bauen Sie die Ablage in CARLOOP_STORE aus Carloop neu auf, wenn es diese ist.",
    "store.copy_not_empty": "In {path} liegt schon eine Carloop-Ablage mit Daten. Kopiert wird nur in eine leere.",
    "store.copy_in_use": "Gerade wird eine Änderung an Carloop übermittelt, die in {path} vermerkt ist. Bitte beenden Sie die Planer-Server und kopieren Sie dann.",
    "store.installation_lost": "Die Kennung dieser Installation ist verloren, deshalb lässt sich die Carloop-Ablage {path} nicht aus Carloop aufbauen. Bitte legen Sie die Datei {path}.installation mit der Kennung wieder an („carloop doctor“ nennt sie, solange die Ablage lesbar ist).",
    "change.unknown": "Ob Carloop die Änderung ausgeführt hat, ist noch nicht bekannt. Carloop wird weiter gefragt; bitte warten Sie das Ergebnis ab.",
    "change.vehicle_taken": "Das gewählte Fahrzeug wurde inzwischen anderweitig vergeben. Bitte wählen Sie ein anderes.",
    "change.extension_blocked": "Das Fahrzeug ist danach schon vergeben. Bitte wählen Sie ein früheres Verleihende.",
    "change.rental_closed": "Der Verleihvorgang ist schon abgeschlossen oder das Fahrzeug ist ausgegeben; diese Änderung ist nicht mehr möglich.",
    "change.changed_elsewhere": "Der Verleihvorgang wurde inzwischen in Carloop geändert. Bitte sehen Sie ihn sich neu an.",
    "change.period_in_past": "Die Zeiten eines Verleihvorgangs müssen in der Zukunft liegen. Bitte wählen Sie eine spätere Zeit.",
    "search.one_busy": "1 passendes Fahrzeug, im gewählten Zeitraum verliehen.",
    "search.one_busy_until": "1 passendes Fahrzeug, im gewählten Zeitraum verliehen. Es ist ab {until} frei.",
    "notice.differs": "Der Verleihvorgang wurde in Carloop inzwischen geändert und weicht von der Anfrage ab. Bitte prüfen Sie Fahrzeug und Zeiten.",
    "search.no_cars": "Carloop hat an dieser Station keine Fahrzeuge.",
    "appointment.zone_unknown": "Diese Zeitzone gibt es nicht. Bitte eine wie Europe/Berlin angeben.",
    "change.end_before_start": "Das Verleihende muss nach dem Verleihbeginn liegen.",
    "change.not_saved": "Bitte speichern Sie zuerst den Termin.",
    "change.customer_locked": "Der Kunde stammt aus dem DMS und weicht vom gespeicherten Termin ab. Bitte ändern Sie ihn im DMS und speichern Sie den Termin neu.",
    "change.immutable": "Bei einem gespeicherten Verleihvorgang kann nur das Verleihende geändert werden. Für alles andere bitte stornieren und neu anlegen.",
    "change.already_booked": "Zu diesem Termin gibt es bereits einen Verleihvorgang.",
    "change.other_pending": "Zu diesem Termin ist eine andere Änderung noch ungeklärt. Sie wird weiter geprüft; bitte versuchen Sie es danach noch einmal.",
    "change.id_reused": "Unter dieser Vorgangsnummer wurde schon etwas anderes angefragt. Bitte öffnen Sie das Formular neu.",
    "change.not_supported": "Umbuchen in einem Schritt wird noch nicht unterstützt. Bitte stornieren und neu anlegen.",
    "change.rental_not_found": "Diesen Verleihvorgang gibt es nicht.",
    "change.rental_gone": "Diesen Verleihvorgang gibt es in Carloop nicht mehr.",
    "change.booking_not_found": "Eine Buchung mit dieser Vorgangsnummer gibt es nicht.",
    "change.site_needed": "Verleihvorgänge mit dieser Nummer gibt es an mehreren Standorten. Bitte geben Sie den Standort an.",
    "change.account_changed": "Der Authentifizierungsschlüssel gehört zu einem anderen Carloop-Konto als dieser Verleihvorgang. Bitte prüfen Sie die Einstellungen.",
    "change.mismatched_book": "Carloop hat etwas anderes gebucht als angefragt. Bitte prüfen und stornieren Sie den Verleihvorgang {rental}.",
    "change.mismatched_change_end": "Carloop hat ein anderes Verleihende gespeichert als angefragt. Bitte prüfen Sie den Verleihvorgang {rental}.",
    "change.mismatched_cancel": "Carloop hat die Stornierung bestätigt, den Verleihvorgang {rental} aber nicht storniert. Bitte prüfen Sie ihn in Carloop.",
    "change.still_in_flight": "Die Anfrage kann noch unterwegs sein. Sie wird weiter geprüft.",
    "change.taken_back": "Ein anderer Server hat dieselbe Änderung gesendet, und Carloop hat nichts ausgeführt.",
    "change.given_up_meanwhile": "Diese Buchung wird gerade aufgegeben; was daraus wurde, wird noch geprüft.",
    "change.given_up": "Diese Buchung wurde aufgegeben.",
    "change.start_passed": "Der Verleihbeginn ist inzwischen vorbei, und Carloop hat die Buchung nicht.",
    "search.none_match": "Kein Fahrzeug passt zu diesen Filtern.",
    "search.all_busy": "{matching} passende Fahrzeuge, alle im gewählten Zeitraum verliehen.",
    "search.all_busy_until": "{matching} passende Fahrzeuge, alle im gewählten Zeitraum verliehen. Das nächste ist ab {until} frei.",
    "notice.change_pending": "Eine Änderung ist noch ungeklärt. Carloop wird weiter gefragt; bitte warten Sie das Ergebnis ab.",
    "notice.set_aside": "Eine Änderung ließ sich nicht klären und wurde beiseitegelegt. Bitte prüfen Sie den Verleihvorgang in Carloop.",
    "notice.appointment_cancelled": "Der Termin wurde abgesagt; der Mietwagen ist noch reserviert.",
    "notice.appointment_moved": "Der Termin wurde verschoben; der Mietwagen passt nicht mehr dazu.",
    "notice.customer_changed": "Der Mietwagen ist auf einen anderen Kunden gebucht als den, der jetzt im Termin steht.",
    "notice.end_moved": "Der Termin endet jetzt zu einer anderen Zeit als der Verleih.",
    "notice.not_as_asked": "In Carloop steht zu diesem Termin ein Verleihvorgang, der so nicht angefragt war.",
    "notice.desk_must_help": "Der Mietwagen ist schon ausgegeben und passt nicht mehr zum Termin. Bitte klären Sie das am Verleihschalter.",
    "notice.cancelled_at_desk": "Der Verleihvorgang wurde in Carloop storniert.",
    "proposal.appointment_cancelled": "Mietwagen stornieren, weil der Termin abgesagt wurde",
    "proposal.appointment_moved": "Mietwagen stornieren; danach können Sie für den neuen Termin neu suchen.",
    "proposal.customer_changed": "Mietwagen stornieren, weil er auf einen anderen Kunden gebucht ist; danach können Sie für den jetzigen Kunden neu suchen.",
    "proposal.end_moved": "Verleihende an das neue Terminende anpassen",
    "proposal.not_as_asked": "Verleihvorgang {rental} stornieren",
    "erase.change_pending": "Eine Änderung ist noch ungeklärt; die Daten werden gelöscht, sobald sie geklärt ist.",
    "erase.change_set_aside": "Was aus einer Änderung wurde, ließ sich nicht klären; die automatische Klärung hat sie beiseitegelegt. Es muss jemand in Carloop nachsehen und sie klären („carloop doctor“ nennt sie); die Daten werden gelöscht, sobald sie geklärt ist.",
    "erase.carloop_keeps_its_own": "Carloop bewahrt eigene Kundendaten auf; bitte dort gesondert löschen.",
    "erase.files_in_use": "Die Ablage ist in Benutzung, umfangreich oder uns zum Neuschreiben nicht freigegeben und wird neu geschrieben, sobald es geht; bis dahin können Spuren des Gelöschten in ihren Dateien stehen.",
    "erase.server_keeps_its_own": "Aufgeräumt werden nur die Tabellen. Wie lange Protokoll (WAL), Kopien und Sicherungen des Datenbankservers und freigegebene Blöcke seiner Platte Gelöschtes behalten, entscheidet, wer ihn betreibt.",
    # The settings: environment, configuration file, settings page
    "settings.title": "Carloop – Einstellungen",
    "settings.help": (
        "Webadresse und Token finden Sie in Carloop unter Administration → Schnittstellen → Werkstattplaner "
        "Schnittstelle → Bearbeiten."
    ),
    "settings.link": "Informationen, Preise und Unterstützung auf www.carloop.info",
    "settings.base_url": "Webadresse",
    "settings.base_url.help": "Die Adresse Ihres Carloop, sie beginnt mit https://.",
    "settings.token": "Authentifizierungsschlüssel",
    "settings.token.help": (
        "Der Token aus Carloop: Administration → Schnittstellen → Werkstattplaner Schnittstelle → Bearbeiten, "
        "Feld Token. Bleibt das Feld leer, gilt der gespeicherte weiter."
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
    "settings.value_not_a_string": "Hier wird Text oder null erwartet.",
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
    "settings.config_not_a_string": (
        "In der Konfigurationsdatei {file} muss „{key}“ Text in Anführungszeichen sein. Bitte berichtigen."
    ),
    "settings.token_variable": (
        "Der Inhalt von {name} ist kein Token (Leerzeichen, Umlaute oder zu lang). Bitte den Token vollständig "
        "aus Carloop kopieren."
    ),
    "settings.token_alone_variable": (
        "CARLOOP_TOKEN ist gesetzt, aber keine Webadresse dazu; deshalb wird dieser Authentifizierungsschlüssel "
        "nirgendwohin gesendet. Bitte auch CARLOOP_BASE_URL setzen oder CARLOOP_TOKEN entfernen und Webadresse und "
        "Schlüssel in den Einstellungen eingeben."
    ),
    "settings.token_alone_file": (
        "Die Konfigurationsdatei nennt den Authentifizierungsschlüssel {file}, aber keine Webadresse dazu; deshalb wird "
        "dieser Schlüssel nirgendwohin gesendet. Bitte dort auch base_url setzen oder token_file entfernen und "
        "Webadresse und Schlüssel in den Einstellungen eingeben."
    ),
    "settings.token_elsewhere": (
        "Der Authentifizierungsschlüssel {file} gehört zur Webadresse in der Konfigurationsdatei und wird nicht an die "
        "von CARLOOP_BASE_URL gesendet. Bitte auch CARLOOP_TOKEN setzen oder CARLOOP_BASE_URL entfernen."
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
    "check.unreadable_ours": (
        "Eigene Verleihvorgänge, die Carloop in einer nicht lesbaren Form liefert: {count} ({ids}). Änderungen "
        "daran in Carloop sind hier nicht zu sehen."
    ),
    "check.unreadable_others": (
        "Fremde Verleihvorgänge, die Carloop in einer nicht lesbaren Form liefert: {count} ({ids}). Sie werden "
        "übersprungen."
    ),
    "check.unreadable.hint": (
        "Bitte prüfen, ob dieses Plugin zur Version von Carloop passt, und sonst Carloop verständigen."
    ),
    "check.feed_unreadable": (
        "Die Liste der Verleihvorgänge des Kontos {account} ist nicht lesbar. Neuigkeiten aus Carloop kommen nicht an. "
        "Bitte prüfen, ob dieses Plugin zur Version von Carloop passt, und sonst Carloop verständigen."
    ),
    "check.clock_ahead": "Carloops Uhr geht gegenüber diesem Rechner {seconds} Sekunden vor.",
    "check.clock_behind": "Carloops Uhr geht gegenüber diesem Rechner {seconds} Sekunden nach.",
    "check.clock_skew.hint": "Bitte die Uhr dieses Rechners stellen; für Buchungen zählt Carloops Uhr.",
    # api: what Carloop or the way to it says
    "api.address_malformed": (
        "Das ist keine gültige Webadresse. Bitte die Adresse aus Carloop vollständig kopieren, zum "
        "Beispiel https://carloop.example."
    ),
    "api.address_without_https": (
        "Die Webadresse muss mit https:// beginnen. Bitte die vollständige Adresse eintragen, zum "
        "Beispiel https://carloop.example."
    ),
    "api.address_insecure": (
        "Die Webadresse beginnt mit http://, der Authentifizierungsschlüssel würde unverschlüsselt an "
        "{host} gesendet. Bitte die Adresse mit https:// eintragen."
    ),
    "api.address_with_user": (
        "Die Webadresse enthält einen Benutzernamen oder ein Kennwort. Bitte die Adresse ohne "
        "Zugangsdaten eintragen."
    ),
    "api.address_with_query": (
        "Die Webadresse enthält einen Anhang hinter ? oder #. Bitte die Adresse ohne Anhang eintragen."
    ),
    "api.foreign_origin": (
        "Die Anfrage hätte zu einer anderen Adresse geführt als der eingestellten und wurde nicht "
        "gesendet. Bitte die Webadresse in den Einstellungen prüfen."
    ),
    "api.ca_file_unreadable": (
        "Die Datei {file} mit den vertrauenswürdigen Zertifikaten lässt sich nicht lesen. Bitte Pfad, "
        "Rechte und Inhalt prüfen."
    ),
    "api.token_malformed": (
        "Der Authentifizierungsschlüssel enthält Zeichen, die in keinem Token vorkommen. Bitte den Token "
        "in Carloop vollständig und ohne Leerzeichen kopieren."
    ),
    "api.token_refused": (
        "Carloop erkennt den Authentifizierungsschlüssel nicht an; er ist falsch oder wurde widerrufen. "
        "Bitte den Token in Carloop unter Administration → Schnittstellen → Werkstattplaner "
        "Schnittstelle → Bearbeiten erneuern und in den Einstellungen eintragen."
    ),
    "api.forbidden_on_the_way": (
        "Der Zugriff wird verweigert (Status {status}), aber nicht erkennbar von Carloop selbst. Bitte die "
        "Webadresse prüfen und, falls sie stimmt, die Betreuung des Netzwerks oder des Carloop-Servers "
        "verständigen."
    ),
    "api.unknown_host": (
        "Zur Adresse {host} ist kein Server bekannt. Bitte die Schreibweise der Webadresse und die "
        "Internetverbindung prüfen."
    ),
    "api.connection_refused": (
        "Unter {host} nimmt kein Server Verbindungen an. Bitte Webadresse und Port prüfen; stimmen sie, "
        "ist Carloop gerade nicht in Betrieb."
    ),
    "api.no_connection": (
        "Zu {host} kommt keine Verbindung zustande. Bitte die Netzwerkverbindung und die Webadresse prüfen."
    ),
    "api.connect_timeout": (
        "Carloop nimmt die Verbindung nicht rechtzeitig an. Bitte später erneut versuchen und, falls es "
        "so bleibt, Webadresse und Firewall prüfen."
    ),
    "api.connection_lost": (
        "Die Verbindung zu Carloop brach ab, bevor etwas gesendet war. Bitte erneut versuchen."
    ),
    "api.deadline": "Carloop hat nicht rechtzeitig geantwortet. Bitte später erneut versuchen.",
    "api.answer_lost": (
        "Die Verbindung zu Carloop brach ab, bevor die Antwort vollständig da war. Bitte später erneut "
        "versuchen."
    ),
    "api.tls_expired": (
        "Das TLS-Zertifikat von {host} ist abgelaufen. Bitte die Betreuung dieses Servers bitten, das "
        "Zertifikat zu erneuern."
    ),
    "api.tls_not_yet_valid": (
        "Das TLS-Zertifikat von {host} gilt noch nicht. Bitte die Uhr dieses Rechners prüfen, sonst die "
        "Betreuung dieses Servers verständigen."
    ),
    "api.tls_untrusted": (
        "Das TLS-Zertifikat von {host} stammt von keiner vertrauenswürdigen Stelle. Bitte die Webadresse "
        "prüfen; gehört der Server Ihnen, die eigene Zertifizierungsstelle auf diesem Rechner "
        "hinterlegen."
    ),
    "api.tls_revoked": (
        "Das TLS-Zertifikat von {host} wurde widerrufen. Bitte die Betreuung dieses Servers verständigen."
    ),
    "api.tls_wrong_host": (
        "Das TLS-Zertifikat ist für einen anderen Namen als {host} ausgestellt. Bitte die Webadresse so "
        "eintragen, wie sie im Zertifikat steht."
    ),
    "api.tls_refused": (
        "Das TLS-Zertifikat von {host} ist ungültig. Bitte die Betreuung dieses Servers bitten, das "
        "Zertifikat zu prüfen."
    ),
    "api.tls_not_spoken": "{host} spricht an dieser Stelle kein https. Bitte Webadresse und Port prüfen.",
    "api.tls_broken": (
        "Mit {host} kommt keine verschlüsselte Verbindung zustande. Bitte Webadresse und Port prüfen, "
        "sonst die Betreuung dieses Servers verständigen."
    ),
    "api.tls_broken_off": (
        "Die verschlüsselte Verbindung zu Carloop wurde gestört. Bitte die Netzwerkverbindung prüfen und "
        "später erneut versuchen."
    ),
    "api.web_page": (
        "Unter der Webadresse antwortet eine Webseite und nicht die Schnittstelle von Carloop. Bitte die "
        "Webadresse in den Einstellungen prüfen."
    ),
    "api.redirect": (
        "Die Webadresse leitet weiter nach {origin}; dorthin wurde nichts gesendet. Bitte in den "
        "Einstellungen die richtige Webadresse eintragen."
    ),
    "api.no_interface": (
        "Unter der Webadresse gibt es keine Schnittstelle von Carloop (Antwort {status}). Bitte die "
        "Webadresse in den Einstellungen prüfen, auch ihren Pfad."
    ),
    "api.refused_on_the_way": (
        "Auf dem Weg zu Carloop wird die Anfrage abgewiesen (Status {status}). Bitte die Webadresse "
        "prüfen und, falls sie stimmt, die Betreuung des Netzwerks verständigen."
    ),
    "api.encoded": (
        "Die Antwort kam komprimiert, obwohl das nicht verlangt war, und wurde nicht gelesen. Bitte die "
        "Betreuung des Servers bitten, die Komprimierung für diese Schnittstelle abzuschalten."
    ),
    "api.too_large": (
        "Die Antwort ist größer, als eine von Carloop sein darf, und wurde nicht gelesen. Bitte die "
        "Webadresse prüfen und, falls sie stimmt, Carloop verständigen."
    ),
    "api.not_json": (
        "Die Antwort ist kein lesbares JSON, also nicht die von Carloop. Bitte die Webadresse prüfen "
        "und, falls sie stimmt, später erneut versuchen."
    ),
    "api.not_of_schema": (
        "Die Antwort von Carloop entspricht an der Stelle {pointer} nicht der vereinbarten "
        "Schnittstelle. Bitte prüfen, ob dieses Plugin zur Version von Carloop passt."
    ),
    "api.not_a_value": (
        "Die Antwort von Carloop enthält eine Zeit oder einen Betrag, die es nicht gibt. Bitte Carloop "
        "verständigen."
    ),
    "api.unreadable_rental": (
        "Carloop liefert einen Verleihvorgang in einer Form, die dieses Plugin nicht lesen kann ({ids}). Bitte prüfen, "
        "ob dieses Plugin zur Version von Carloop passt."
    ),
    "api.unreadable_vehicles": (
        "Carloop liefert alle Fahrzeuge in einer Form, die dieses Plugin nicht lesen kann. Bitte prüfen, ob dieses "
        "Plugin zur Version von Carloop passt."
    ),
    "api.odd_status": (
        "Carloop hat auf unerwartete Weise geantwortet (Status {status}). Bitte prüfen, ob dieses Plugin "
        "zur Version von Carloop passt."
    ),
    "api.other_rental": (
        "Carloop hat zu einem anderen Verleihvorgang geantwortet als dem gefragten. Bitte den "
        "Verleihvorgang in Carloop prüfen."
    ),
    "api.endless_list": "Carloop liefert eine Liste, die kein Ende nimmt. Bitte Carloop verständigen.",
    "api.rate_limited": (
        "Carloop erhält im Augenblick zu viele Anfragen. Bitte in einer Minute erneut versuchen."
    ),
    "api.maintenance": "Carloop wird gerade gewartet; es wurde nichts geändert. Bitte später erneut versuchen.",
    "api.server_error": (
        "Bei Carloop ist ein Fehler aufgetreten (Status {status}). Bitte später erneut versuchen."
    ),
    "api.in_progress": "Carloop bearbeitet diese Anfrage noch. Bitte kurz warten.",
    "api.key_reused": (
        "Carloop kennt diese Änderung schon mit anderem Inhalt. Bitte das Formular neu öffnen und erneut "
        "speichern."
    ),
    "api.unknown_vehicle": (
        "Carloop kennt dieses Fahrzeug nicht mehr. Bitte erneut suchen und ein anderes auswählen."
    ),
    "api.not_understood": "Carloop nimmt die Angaben nicht an ({code}). Bitte die Eingaben prüfen.",
    "api.unknown_refusal": (
        "Carloop lehnt ab und nennt einen unbekannten Grund (Status {status}, {code}). Bitte prüfen, ob "
        "dieses Plugin zur Version von Carloop passt."
    ),
    # The doctor
    "doctor.load_failure": "Der Anbieter „{provider}“ lässt sich nicht laden: {why}",
    "doctor.not_loaded": "Der Carloop-Anbieter ist nicht geladen. Bitte prüfen, ob carloop-plugin installiert und nicht mit WORKSHOP_PLANNER_DISABLE ausgenommen ist.",
    "doctor.unknown": "Änderungen mit unbekanntem Ausgang: {count}. „carloop recover“ klärt sie.",
    "doctor.long_pending": "Seit {since} wartet eine Änderung auf ihren Ausgang. Bitte „carloop recover“ aufrufen.",
    "doctor.set_aside": "Nach vielen Versuchen nicht geklärt: {ids}. Bitte in Carloop nachsehen. Sie werden bei jedem Abgleich nach den anderen weiter versucht.",
    "doctor.erasures": "Löschungen, von denen noch Spuren in den Dateien der Ablage sein können: {count}. Bitte „carloop erase“ erneut aufrufen; es räumt sie auf.",
    "doctor.moved_aside": "Beiseitegelegte beschädigte Ablagen können personenbezogene Daten enthalten: {files}. Nur die nächste Löschung („carloop erase“) entfernt sie; bitte löschen, sobald niemand sie mehr braucht.",
    "doctor.rollback_journal": "Dieses SQLite ist zu alt für ein sicheres WAL-Journal, deshalb wird das Rollback-Journal verwendet.",
    "doctor.token_environment": "Der Authentifizierungsschlüssel kommt aus der Umgebung (CARLOOP_TOKEN).",
    "doctor.token_keyring": "Der Authentifizierungsschlüssel liegt im Schlüsselbund.",
    "doctor.token_file": "Der Authentifizierungsschlüssel liegt in der Datei {file}.",
    "doctor.no_keyring": 'Schlüssel lassen sich auch im Schlüsselbund des Betriebssystems aufbewahren: pip install "carloop-plugin[keyring]".',
    "doctor.token_file_open": "Die Datei {file} können auch andere lesen. Bitte die Zugriffsrechte auf 0600 setzen.",
    "doctor.shared_store": "Mehrere Server können sich diese Ablage teilen, den Schlüssel hier aber nicht. Bitte auf jedem Server Webadresse und Schlüssel angeben: mit CARLOOP_BASE_URL und CARLOOP_TOKEN oder mit base_url und token_file.",
}

"""The command line in German."""

TEXTS: dict[str, str] = {
    # The program and its commands
    ".help": (
        "Carloop im Werkstattplaner: Mietwagen suchen, buchen, verlängern und stornieren – "
        "und einrichten, was dafür gebraucht wird."
    ),
    ".examples": (
        "carloop demo --scripted               # die ganze Geschichte ansehen\n"
        "carloop settings set                  # Webadresse und Token eingeben\n"
        "carloop appointment save termin.json\n"
        "carloop search --appointment A-2026-0001 --class kombi\n"
        "carloop book --appointment A-2026-0001 --option V1001"
    ),
    "appointment.short": "Termine an den Anbieter übergeben",
    "appointment.help": "Übergibt Termine so, wie ein Werkstattplaner es nach dem Speichern tut.",
    "appointment.examples": "carloop appointment save termin.json",
    "appointment.save.short": "Termin speichern und Schritt 4 zeigen",
    "appointment.save.help": (
        "Übergibt einen gespeicherten Termin (JSON-Dokument appointment) aus einer Datei oder mit - von der "
        "Standardeingabe und zeigt, was Schritt 4, das Mobilitätsangebot, dazu anbietet. Die Kundendaten bleiben in "
        "der Datei; nur deren Ort wird für „carloop book“ gemerkt."
    ),
    "appointment.save.examples": (
        "carloop appointment save termin.json\ncat termin.json | carloop appointment save - --json"
    ),
    "classes.short": "Fahrzeugklassen auflisten",
    "classes.help": "Listet die Fahrzeugklassen, nach denen eine Suche filtern kann.",
    "classes.examples": "carloop classes\ncarloop classes --site nord --json",
    "features.short": "Fahrzeugeigenschaften auflisten",
    "features.help": "Listet die Fahrzeugeigenschaften, nach denen eine Suche filtern kann.",
    "features.examples": "carloop features\ncarloop features --json",
    "search.short": "Verfügbare Mietwagen suchen",
    "search.help": (
        "Sucht die Mietwagen, die zu den Filtern passen und im ganzen Zeitraum frei sind. Mehrere Klassen: eine "
        "davon "
        "genügt. Mehrere Eigenschaften: der Wagen hat alle. Zeiten wie 02.03.2027 08:30 oder "
        "2027-03-02T08:30:00+01:00."
    ),
    "search.examples": (
        "carloop search --appointment A-2026-0001 --class kombi --class suv --feature automatik\n"
        'carloop search --start "02.03.2027 08:30" --end "03.03.2027 17:00" --limit 20\n'
        "carloop search --appointment A-2026-0001 --json"
    ),
    "book.short": "Verleihvorgang speichern",
    "book.help": (
        "Bucht ein Angebot der Suche für einen gespeicherten Termin. Die Kundendaten kommen aus --file, sonst "
        "von der "
        "Standardeingabe, sonst aus der Datei, aus der der Termin gespeichert wurde: ein Termin oder ein Kunde als "
        "JSON. Der Verleihzeitraum ist der des Termins, wenn nichts anderes angegeben ist."
    ),
    "book.examples": (
        "carloop book --appointment A-2026-0001 --option V1001\n"
        "carloop book --appointment A-2026-0001 --option V1001 < kunde.json\n"
        'carloop book --appointment A-2026-0001 --option V1001 --end "04.03.2027 12:00"'
    ),
    "change-end.short": "Verleihende ändern",
    "change-end.help": (
        "Verlängert oder verkürzt einen Verleihvorgang, auch einen, der schon begonnen hat. Das neue Ende muss in der "
        "Zukunft und nach dem Beginn liegen. Alles andere: stornieren und neu buchen."
    ),
    "change-end.examples": (
        'carloop change-end R100334 "04.03.2027 12:00"\n'
        "carloop change-end R100334 2027-03-04T12:00:00+01:00 --json"
    ),
    "cancel.short": "Verleihvorgang stornieren",
    "cancel.help": (
        "Storniert einen reservierten Verleihvorgang. Mit --booking wird eine Buchung aufgegeben, deren Ausgang noch "
        "unbekannt ist."
    ),
    "cancel.examples": (
        'carloop cancel R100334 --reason "Termin abgesagt"\n'
        "carloop cancel --booking 0b9f5d1e-5a53-4c86-9a44-0d9b0f6f3a51"
    ),
    "rentals.short": "Verleihvorgänge auflisten",
    "rentals.help": (
        "Listet die Verleihvorgänge, die aus dem Planer angelegt wurden, wie zuletzt bei Carloop gesehen. Ohne --all "
        "nur reservierte und laufende."
    ),
    "rentals.examples": (
        "carloop rentals\ncarloop rentals --all --json\ncarloop rentals --appointment A-2026-0001"
    ),
    "recover.short": "Unklares klären, Änderungen holen",
    "recover.help": (
        "Klärt Änderungen, deren Ausgang unbekannt ist, auch beiseitegelegte, und holt, was am Schalter geändert "
        "wurde. Mit --watch fortlaufend, bis Strg-C. Mit --rebuild wird eine beschädigte oder verlorene "
        "Ablage aus Carloop neu aufgebaut und die alte beiseitegelegt; eine unbeschädigte bleibt, wie sie ist."
    ),
    "recover.examples": "carloop recover\ncarloop recover --watch 30\ncarloop recover --rebuild",
    "erase.short": "Personenbezogene Daten löschen",
    "erase.help": (
        "Löscht, was zu Kundennummern und Terminen aufbewahrt wird, und nennt, was aus welchem Grund noch bleiben "
        "muss. Fragt vorher nach; --yes beantwortet die Frage, --dry-run zeigt nur, was gelöscht würde."
    ),
    "erase.examples": (
        "carloop erase --customer K-10023 --dry-run\ncarloop erase --appointment A-2026-0001 --yes --json"
    ),
    "settings.short": "Einstellungen zeigen, ändern, testen",
    "settings.help": (
        "Webadresse, Authentifizierungsschlüssel (Token) und Station eines Standorts. Der Token wird nie als Angabe "
        "auf der Befehlszeile erwartet und nie ausgegeben."
    ),
    "settings.examples": "carloop settings set\ncarloop settings test",
    "settings.show.short": "Einstellungen zeigen",
    "settings.show.help": (
        "Zeigt, was für einen Standort gilt; vom Token nur, ob und seit wann er gesetzt ist."
    ),
    "settings.show.examples": "carloop settings show\ncarloop settings show --site nord --json",
    "settings.set.short": "Einstellungen speichern",
    "settings.set.help": (
        "Speichert Einstellungen und testet die Verbindung. Ohne Angaben wird gefragt, den Token verdeckt. In "
        "Programmen: Token mit --token-stdin von der Standardeingabe oder mit --token-env aus CARLOOP_TOKEN."
    ),
    "settings.set.examples": (
        "carloop settings set\n"
        "carloop settings set --base-url https://autohaus.carloop.example --token-stdin < token.txt\n"
        "carloop settings set --delete token"
    ),
    "settings.test.short": "Verbindung testen",
    "settings.test.help": "Testet die Verbindung zu Carloop und sagt zu jedem Fehler, was zu tun ist.",
    "settings.test.examples": "carloop settings test\ncarloop settings test --site nord --json",
    "store.short": "Ablage umziehen",
    "store.help": (
        "Bringt die Ablage an einen anderen Ort, etwa von einer Datei nach PostgreSQL, wenn sich mehrere Server "
        "eine teilen sollen."
    ),
    "store.examples": "carloop store copy carloop.sqlite3 postgresql://carloop@db.example/carloop",
    "store.copy.short": "Ablage in eine leere kopieren",
    "store.copy.help": (
        "Kopiert die ganze Ablage VON einem Ort NACH einem anderen, der leer sein muss, und zählt danach auf beiden "
        "Seiten. Ein Ort ist ein Dateipfad oder postgresql://BENUTZER@RECHNER/DATENBANK, wie in CARLOOP_STORE. Vorher "
        "die Planer-Server beenden. Das Kennwort der Datenbank aus PGPASSWORD oder ~/.pgpass, nicht in der Adresse: "
        "Aufrufe können alle auf dem Rechner lesen. Tokens werden nicht kopiert."
    ),
    "store.copy.examples": (
        "carloop store copy carloop.sqlite3 postgresql://carloop@db.example/carloop\n"
        "carloop store copy postgresql://carloop@db.example/carloop carloop.sqlite3 --json"
    ),
    "doctor.short": "Zustand untersuchen",
    "doctor.help": (
        "Untersucht Versionen, Ablage, offene Änderungen, Einstellungen und geladene Anbieter und testet die "
        "Verbindung jedes Standorts."
    ),
    "doctor.examples": "carloop doctor\ncarloop doctor --json",
    "demo.short": "Planer und Carloop zum Ausprobieren starten",
    "demo.help": (
        "Startet eine Carloop-Sandbox mit Fuhrpark und einen Werkstattplaner, der mit ihr verbunden ist, nennt "
        "Adressen und Anmeldung und läuft bis Strg-C. Mit --scripted läuft stattdessen ein ganzer Verleihvorgang ab, "
        "und jeder Schritt wird gemeldet; der Rückgabewert ist nur dann 0, wenn jeder Schritt tat, was er soll. "
        "Braucht das Paket carloop-demo."
    ),
    "demo.json_alone": "--json gibt es nur zusammen mit --scripted.",
    "demo.not_installed": (
        "Die Vorführprogramme sind nicht installiert. So werden sie installiert: pip install carloop-demo"
    ),
    "demo.examples": "carloop demo\ncarloop demo --port 0 --sandbox-port 0\ncarloop demo --scripted --json",
    "completion.short": "Vervollständigung für die Shell ausgeben",
    "completion.help": (
        "Gibt die Zeilen aus, mit denen eine Shell Befehle und Optionen von carloop vervollständigt."
    ),
    "completion.examples": (
        "carloop completion bash >> ~/.bashrc\n"
        "carloop completion zsh >> ~/.zshrc\n"
        "carloop completion fish > ~/.config/fish/completions/carloop.fish"
    ),
    # Options
    "option.help": "Diese Hilfe zeigen.",
    "option.version": "Die Version zeigen.",
    "option.lang": "Sprache: de oder en (sonst die der Umgebung).",
    "option.site": "Standort (sonst der des Termins, sonst main).",
    "option.as_json": "Ausgabe für Programme: ein JSON-Dokument.",
    "demo.option.as_json": "Ausgabe für Programme: je Schritt ein JSON-Dokument auf einer Zeile; nur mit --scripted.",
    "recover.option.as_json": "Ausgabe für Programme: ein JSON-Dokument, mit --watch jedes Mal eines auf einer Zeile.",
    "option.appointment_id": "Kennung des Termins.",
    "option.option_id": "Kennung des Angebots aus der Suche.",
    "option.file": "Datei mit Termin oder Kunde als JSON; - ist die Standardeingabe.",
    "option.start": "Beginn (sonst der des Termins).",
    "option.end": "Ende (sonst das des Termins).",
    "option.classes": "Fahrzeugklasse.",
    "option.features": "Fahrzeugeigenschaft.",
    "option.limit": "Höchstens so viele, 1 bis 10000.",
    "option.change_id": "Kennung der Änderung, um dieselbe noch einmal zu senden.",
    "option.booking_id": "Kennung der Buchung, deren Ausgang unbekannt ist.",
    "option.reason": "Grund, für Carloop.",
    "option.with_past": "Auch stornierte und zurückgegebene.",
    "option.yes": "Ohne Rückfrage löschen.",
    "option.dry_run": "Nur zeigen, was gelöscht würde.",
    "option.numbers": "Kundennummer.",
    "erase.option.appointment_ids": "Kennung eines Termins.",
    "option.watch": "Alle so viele Sekunden wiederholen, bis Strg-C.",
    "option.rebuild": "Eine beschädigte oder verlorene Ablage neu aufbauen.",
    "option.base_url": "Webadresse, beginnt mit https://.",
    "option.station": "Nur Mietwagen dieser Station anbieten.",
    "option.token_stdin": "Den Token von der Standardeingabe lesen.",
    "option.token_env": "Den Token aus CARLOOP_TOKEN übernehmen.",
    "option.deleted": "Eine Einstellung löschen: base_url, token oder station.",
    "option.scripted": "Nur die Geschichte erzählen, dann enden.",
    "option.port": "Port des Planers (0: ein freier).",
    "option.sandbox_port": "Port der Sandbox (0: ein freier).",
    "option.data": "Ordner für die Daten (sonst ein vorübergehender).",
    # Placeholders
    "metavar.ID": "KENNUNG",
    "metavar.NAME": "NAME",
    "metavar.PORT": "PORT",
    "metavar.TEXT": "TEXT",
    "metavar.URL": "ADRESSE",
    "metavar.FILE": "DATEI",
    "metavar.FILE|-": "DATEI|-",
    "metavar.TIME": "ZEIT",
    "metavar.COUNT": "ANZAHL",
    "metavar.SECONDS": "SEKUNDEN",
    "metavar.NUMBER": "NUMMER",
    "metavar.FROM": "VON",
    "metavar.TO": "NACH",
    "metavar.RENTAL": "VORGANG",
    "metavar.REASON": "GRUND",
    "metavar.FOLDER": "ORDNER",
    # Usage
    "usage.usage": "Aufruf:",
    "usage.options": "Optionen",
    "usage.commands": "Befehle",
    "usage.examples": "Beispiele",
    "usage.options_metavar": "[OPTIONEN]",
    "usage.command_metavar": "BEFEHL [ANGABEN]...",
    "usage.required": "(erforderlich)",
    "usage.repeatable": "(mehrfach möglich)",
    "usage.try_help": "Hilfe: {command}",
    "usage.bad_value": "„{name}“: {why}",
    "usage.missing": "Es fehlt: {name}.",
    "usage.no_option": "Die Option {name} gibt es nicht.",
    "usage.option_alone": "Die Angabe zu {name} fehlt oder ist zu viel.",
    "usage.no_command": "Den Befehl „{name}“ gibt es nicht.",
    "usage.did_you_mean": "Gemeint vielleicht: {names}?",
    "usage.too_many": "Zu viele Angaben: {extra}.",
    "usage.empty": "Der Wert ist leer.",
    "usage.no_site": "Den Standort „{site}“ gibt es nicht; bekannt sind: {known}.",
    "usage.not_understood": "Die Angaben sind nicht zu verstehen.",
    "usage.not_one_of": "„{value}“ gibt es nicht; möglich sind: {known}.",
    "usage.not_whole": "„{value}“ ist keine ganze Zahl von {least} bis {most}.",
    # Errors
    "error.error": "Fehler: {message}",
    "error.pointer": "Stelle: {pointer}",
    "error.code": "Code: {code}",
    "error.output": "Die Ausgabe lässt sich nicht schreiben: Der Datenträger ist voll oder das Gerät gestört.",
    "error.interrupted": "Abgebrochen.",
    "error.unexpected": "Fehler: Das hätte nicht geschehen dürfen ({kind}). Bitte dem Hersteller melden.",
    "time.format": "%d.%m.%Y, %H:%M",
    "time.zone_here": "Zone dieses Rechners ({offset})",
    "time.assumed": "Zeiten ohne Zeitzone gelten in: {zone}.",
    "time.none": (
        "{option}: „{time}“ ist keine Zeit. Bitte so schreiben: 02.03.2027 08:30 oder 2027-03-02T08:30:00+01:00."
    ),
    "time.no_zone": (
        "{option}: In welcher Zeitzone „{time}“ gemeint ist, ist nicht bekannt. Bitte mit Abstand zu UTC angeben, zum "
        "Beispiel {example}."
    ),
    "time.never": (
        "{option}: {time} gibt es nicht, in dieser Nacht werden die Uhren vorgestellt. Bitte eine andere Zeit "
        "angeben."
    ),
    "time.twice": (
        "{option}: {time} gibt es zweimal, in dieser Nacht werden die Uhren zurückgestellt. Bitte eine davon "
        "angeben: "
        "{first} oder {second}."
    ),
    "input.missing": "Die Datei {name} gibt es nicht.",
    "input.unreadable": "Die Datei {name} lässt sich nicht lesen.",
    "input.too_large": "{name} ist zu groß für ein Dokument.",
    "input.standard_input": "Standardeingabe",
    "input.not_utf8": "{name} ist kein Text in UTF-8.",
    "input.not_json": "{name} ist kein gültiges JSON (Zeile {line}, Spalte {column}).",
    "input.not_an_object": "{name} enthält kein JSON-Objekt.",
    "input.other_appointment": "{name} ist ein anderer Termin als {wanted}.",
    "search.no_class": "Die Fahrzeugklasse „{value}“ gibt es nicht; möglich sind: {known}.",
    "search.no_feature": "Die Ausstattung „{value}“ gibt es nicht; möglich sind: {known}.",
    "search.period_missing": "Bitte --appointment oder --start und --end angeben.",
    "book.no_customer": (
        "Die Kundendaten fehlen: Hier werden keine aufbewahrt, und zum Termin {appointment} ist keine Datei bekannt "
        "(er wurde von der Standardeingabe gespeichert, die Datei ist fort, oder ihr Ort wurde gelöscht). Bitte mit "
        "--file eine Datei nennen (Termin oder Kunde), die Daten in die Standardeingabe geben oder den Termin noch "
        "einmal aus einer Datei speichern."
    ),
    "book.customer_from": "Kundendaten aus: {name}",
    "cancel.one_of_two": "Bitte entweder den Verleihvorgang oder --booking angeben.",
    "erase.nothing": "Bitte --customer oder --appointment angeben.",
    "erase.unasked": (
        "Gelöscht wird endgültig und erst nach einer Rückfrage, für die es ein Terminal braucht. Bitte --yes angeben, "
        "wenn ohne Rückfrage gelöscht werden soll; --dry-run zeigt vorher, was gelöscht würde."
    ),
    "erase.ask": "Endgültig löschen? [j/N]",
    "erase.answers": "j ja",
    "erase.not_done": "Es wurde nichts gelöscht.",
    "erase.would": "Zu löschende Termine: {count}",
    "erase.would_appointments": "Zu löschende Termine: {count} ({ids})",
    "erase.would_keep": "Termin {appointment} bleibt vorerst: {reason}",
    "erase.would_files": "Beiseitegelegte Dateien, die mit gelöscht werden: {files}",
    "settings.no_such": "Die Einstellung „{name}“ gibt es nicht; möglich sind: {known}.",
    "settings.one_token": "Bitte nur eines von --token-stdin und --token-env angeben.",
    "settings.no_token_given": "Auf der Standardeingabe steht kein Token.",
    "settings.no_token_variable": "CARLOOP_TOKEN ist leer.",
    "settings.nothing_given": "Bitte angeben, was gespeichert werden soll.",
    # What is shown
    "waiting.appointment": "Termin wird übergeben …",
    "waiting.filters": "Carloop wird gefragt …",
    "waiting.search": "Mietwagen werden gesucht …",
    "waiting.book": "Verleihvorgang wird gespeichert …",
    "waiting.change_end": "Verleihende wird geändert …",
    "waiting.cancel": "Verleihvorgang wird storniert …",
    "waiting.recover": "Wird abgeglichen …",
    "waiting.rebuild": "Ablage wird neu aufgebaut …",
    "waiting.rebuilt": "Ablage wird neu aufgebaut … Verleihvorgänge: {count}",
    "waiting.copy": "Ablage wird kopiert",
    "waiting.erase": "Wird gelöscht …",
    "waiting.rewrite": "Ablage wird aufgeräumt …",
    "waiting.check": "Verbindung wird getestet …",
    "waiting.doctor": "Die Verbindungen werden getestet …",
    "heading.id": "Kennung",
    "heading.class": "Fahrzeugklasse",
    "heading.feature": "Fahrzeugeigenschaft",
    "heading.group": "Gruppe",
    "heading.option": "Angebot",
    "heading.vehicle": "Fahrzeug",
    "heading.plate": "Kennzeichen",
    "heading.features": "Eigenschaften",
    "heading.station": "Station",
    "heading.price": "Preis",
    "heading.remark": "Bemerkung",
    "heading.rental": "Vorgang",
    "heading.appointment": "Termin",
    "heading.records": "Ablage",
    "heading.origin": "Von",
    "heading.target": "Nach",
    "heading.site": "Standort",
    "heading.title": "Fahrzeug",
    "heading.status": "Status",
    "heading.state": "Stand",
    "heading.period": "Verleihzeitraum",
    "heading.customer": "Kundendaten",
    "heading.allowed": "möglich",
    "heading.change": "Änderung",
    "heading.outcome": "Ausgang",
    "heading.kept_because": "bleibt, weil",
    "heading.until": "bis",
    "price.format": "{amount} {currency}",
    "state.open": "nichts gebucht",
    "state.booked": "gebucht",
    "state.unknown": "unbekannt – wird geklärt",
    "state.attention": "gebucht, passt nicht mehr zum Termin",
    "status.reserved": "reserviert",
    "status.picked_up": "abgeholt",
    "status.returned": "zurückgegeben",
    "status.cancelled": "storniert",
    "action.change_end": "Ende ändern",
    "action.cancel": "stornieren",
    "action.rebook": "umbuchen",
    "differs.vehicle_class": "andere Klasse",
    "differs.features": "andere Ausstattung",
    "differs.period": "anderer Zeitraum",
    "differs.station": "andere Station",
    "step.title": "4. Mobilitätsangebot",
    "step.locked": "(aus dem DMS, nicht änderbar)",
    "step.proposal": "Vorschlag: {message}",
    "search.found": "Verfügbare Mietwagen: {total}",
    "search.truncated": "Es gibt mehr; bitte --limit erhöhen.",
    "search.alternative": "Alternative: {how}",
    "outcome.done": "erledigt",
    "outcome.refused": "abgelehnt",
    "outcome.done.book": "Der Verleihvorgang ist gespeichert.",
    "outcome.done.change_end": "Das Verleihende ist geändert.",
    "outcome.done.cancel": "Der Verleihvorgang ist storniert.",
    "outcome.unknown": (
        "Der Ausgang ist unbekannt: Carloop hat die Antwort nicht überbracht. „carloop recover“ klärt ihn, oder "
        "denselben Befehl mit --change-id {change_id} noch einmal geben."
    ),
    "outcome.interrupted": (
        "Abgebrochen. Die Änderung {change_id} kann schon gesendet sein, ihr Ausgang ist also unbekannt. „carloop "
        "recover“ findet ihn heraus, oder derselbe Befehl noch einmal mit --change-id {change_id}."
    ),
    "outcome.alternatives": "Frei wären stattdessen:",
    "rentals.zone": "Zeiten in: {zone}.",
    "rentals.none": "Keine Verleihvorgänge.",
    "recover.summary": "Geklärt: {settled} · geändert: {changed} · noch offen: {pending}",
    "recover.oldest": "Offen seit {since}",
    "recover.rebuilt": "Die Ablage ist neu aufgebaut. Verleihvorgänge: {count}",
    "recover.unreachable": "Der Standort {site} konnte nicht gefragt werden:",
    "recover.missing": "Der Standort {site} war nicht lesbar:",
    "recover.not_rebuilt": (
        "Es wurde nichts verschoben oder ersetzt, denn die Verleihvorgänge dieser Standorte würden fehlen. Bitte "
        "prüfen Sie deren Einstellungen (CARLOOP_BASE_URL und CARLOOP_TOKEN oder die Konfigurationsdatei) und rufen "
        "Sie den Befehl dann erneut auf."
    ),
    "recover.aside_goes": (
        "Eine Löschung darin war noch nicht abgeschlossen; sobald sie es ist, ist auch diese Datei gelöscht."
    ),
    "recover.carried": "Übernommene Änderungen, deren Ausgang noch offen ist: {count}",
    "recover.incomplete": (
        "Die bisherige Ablage war nicht vollständig lesbar. Falls darin eine Änderung offen oder eine Löschung nicht "
        "abgeschlossen war: Bitte prüfen Sie die Verleihvorgänge der letzten Minuten in Carloop und lösen Sie die "
        "Löschung erneut aus."
    ),
    "recover.moved_aside": "Die bisherige Ablage liegt jetzt in {path}.",
    "store.table.installation": "Installation",
    "store.table.sites": "Standorte",
    "store.table.settings": "Einstellungen",
    "store.table.contacts": "Kontakte",
    "store.table.unreadable": "Nicht lesbare Verleihvorgänge",
    "store.table.appointments": "Termine",
    "store.table.rentals": "Verleihvorgänge",
    "store.table.intents": "Änderungen",
    "store.table.erasures": "Löschungen",
    "store.table.all": "Zusammen",
    "store.copied": (
        "Kopiert. Jetzt CARLOOP_STORE auf jedem Server auf den neuen Ort setzen und dort Webadresse und Token "
        "angeben: mit CARLOOP_BASE_URL und CARLOOP_TOKEN oder mit base_url und token_file."
    ),
    "store.differs": "Die Zahlen stimmen nicht überein: Auf einer Seite wurde inzwischen geschrieben.",
    "store.password": (
        "Das Kennwort in der Adresse können alle auf diesem Rechner lesen, solange der Befehl läuft. Besser: "
        "PGPASSWORD oder ~/.pgpass."
    ),
    "erase.done": "Gelöscht: {count}",
    "erase.rewritten": "Die Dateien der Ablage sind jetzt aufgeräumt.",
    "settings.name.base_url": "Webadresse",
    "settings.name.token": "Authentifizierungsschlüssel",
    "settings.name.station": "Station",
    "settings.secret_since": "gesetzt seit {since}",
    "settings.secret_fixed": "gesetzt",
    "settings.fixed_value": "{value} (durch Umgebung oder Konfigurationsdatei festgelegt)",
    "settings.ask.base_url": "Webadresse (leer: unverändert)",
    "settings.ask.token": "Authentifizierungsschlüssel, wird nicht angezeigt (leer: unverändert)",
    "settings.ask.station": "Station (leer: unverändert)",
    "doctor.store": "Ablage",
    "doctor.installation": "Installation",
    "doctor.engine": "Datenbank",
    "doctor.journal": "Journal",
    "doctor.rentals": "Verleihvorgänge",
    "doctor.pending": "offene Änderungen",
    "doctor.unknown": "davon unbekannt",
    "doctor.set_aside": "davon beiseitegelegt",
    "doctor.moved_aside": "beiseitegelegt",
    "doctor.aside_since": "{file} · seit {when} · Alter in Tagen: {days}",
    "doctor.oldest_unknown": "unbekannt seit",
    "doctor.contact": "letzter Kontakt ({account})",
    "doctor.answered": "{when} · Uhr {skew} s",
    "doctor.changes": "neueste Änderungen",
    "doctor.ended": "{done} ausgeführt · {refused} abgelehnt",
    "doctor.took": "Dauer: {action}",
    "doctor.seconds": "Median {median} s · 95 % in {p95} s · längste {longest} s",
    "doctor.action.book": "Buchung",
    "doctor.action.change_end": "Änderung des Endes",
    "doctor.action.cancel": "Stornierung",
    "doctor.site": "Standort {site}",
    "doctor.provider": "Anbieter {id}",
    "doctor.token_set": "Token: {place}",
    "doctor.place.environment": "Umgebung",
    "doctor.place.keyring": "Schlüsselbund",
    "doctor.no_token": "kein Token",
    "doctor.well": "Alles in Ordnung.",
    "doctor.minor": "Es läuft; bitte die Hinweise oben (!) beachten.",
    "doctor.ill": "Es ist etwas zu tun.",
}

"""What the program says, in German and English."""

import os
import sys
from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "about": (
        "Run a Carloop to develop against: a rental system with a made-up fleet, on this machine.",
        "Ein Carloop zum Entwickeln starten: eine Mietwagenverwaltung mit erfundener Flotte, auf diesem Rechner.",
    ),
    "serve": (
        """Serve the planner interface until SIGTERM or Ctrl-C.

        Prints one line `ready http://HOST:PORT` on standard output as soon as it answers; messages go to
        standard error.""",
        """Die Werkstattplaner-Schnittstelle anbieten, bis SIGTERM oder Strg-C kommt.

        Gibt eine Zeile `ready http://HOST:PORT` auf der Standardausgabe aus, sobald sie antwortet; Meldungen
        gehen auf die Standardfehlerausgabe.""",
    ),
    "examples": ("Examples:", "Beispiele:"),
    "help": ("Show this help.", "Diese Hilfe anzeigen."),
    "usage": ("Usage:", "Aufruf:"),
    "options": ("Options", "Optionen"),
    "commands": ("Commands", "Befehle"),
    "options_word": ("[OPTIONS]", "[OPTIONEN]"),
    "command_word": ("COMMAND [ARGS]...", "BEFEHL [ANGABEN]..."),
    "address_word": ("ADDRESS", "ADRESSE"),
    "folder_word": ("FOLDER", "ORDNER"),
    "number_word": ("NUMBER", "ZAHL"),
    "default": ("(default: {value})", "(sonst {value})"),
    "wrong": ("Error: {message} Help: --help", "Fehler: {message} Hilfe: --help"),
    "no_option": ("There is no option {name}.", "Die Option {name} gibt es nicht."),
    "option_alone": (
        "The value of {name} is missing, or one too many.",
        "Die Angabe zu {name} fehlt oder ist zu viel.",
    ),
    "bad_value": ("{name} does not take this value.", "{name} nimmt diesen Wert nicht."),
    "not_understood": (
        "The arguments cannot be understood; there is one command, serve.",
        "Die Angaben sind nicht zu verstehen; es gibt einen Befehl, serve.",
    ),
    "no_host": (
        "Cannot listen on {host}: {why}. Choose another --host, such as 127.0.0.1.",
        "Auf {host} geht es nicht: {why}. Wählen Sie einen anderen --host, etwa 127.0.0.1.",
    ),
    "lang": ("Language of the messages.", "Sprache der Meldungen."),
    "host": ("Address to listen on.", "Adresse, auf der gelauscht wird."),
    "port": ("Port; 0 means any free one.", "Port; 0 bedeutet irgendein freier."),
    "data": (
        "Folder that keeps the data; without it a temporary one that is removed at the end.",
        "Ordner für die Daten; ohne ihn ein vorübergehender, der am Ende gelöscht wird.",
    ),
    "token": (
        "Token for the planner, meant for tests; without it one is drawn and shown once.",
        "Token für den Werkstattplaner, für Tests gedacht; ohne ihn wird einer erzeugt und einmal angezeigt.",
    ),
    "vehicles": ("Size of a new fleet.", "Größe einer neuen Flotte."),
    "seed": ("Another number makes another fleet.", "Eine andere Zahl ergibt eine andere Flotte."),
    "turnaround": (
        "Minutes that a new fleet's vehicles stay free between two rentals.",
        "Minuten, die ein Fahrzeug einer neuen Flotte zwischen zwei Verleihvorgängen frei bleibt.",
    ),
    "allow_faults": (
        "Offer /sandbox/faults, desk, clock and tokens; on a loopback address only.",
        "/sandbox/faults, desk, clock und tokens anbieten; nur auf einer Loopback-Adresse.",
    ),
    "loopback_only": (
        "--allow-faults needs a loopback address such as 127.0.0.1 as --host.",
        "--allow-faults braucht eine Loopback-Adresse wie 127.0.0.1 als --host.",
    ),
    "strange_token": (
        "--token takes 1 to 200 visible ASCII characters without blanks.",
        "--token nimmt 1 bis 200 sichtbare ASCII-Zeichen ohne Leerzeichen.",
    ),
    "drawn": ("Token: {token} (shown this once)", "Token: {token} (wird nur dieses eine Mal angezeigt)"),
    "kept": (
        "The tokens stored in {data} go on being valid; --token TOKEN sets a new one.",
        "Die Token in {data} gelten weiter; --token TOKEN setzt einen neuen.",
    ),
    "plain_http": (
        "This address can be reached from other machines and speaks plain http: put https in front.",
        "Diese Adresse ist von anderen Rechnern erreichbar und spricht http ohne Verschlüsselung: https davorsetzen.",
    ),
    "no_extra": (
        'The demonstration programs are not installed. Install them with: pip install "carloop-plugin[demo]"',
        'Die Vorführprogramme sind nicht installiert. So werden sie installiert: pip install "carloop-plugin[demo]"',
    ),
    "no_address": (
        "Cannot listen on {host}, port {port}: {why}. Choose another --port (0: any free one).",
        "Auf {host}, Port {port}, geht es nicht: {why}. Wählen Sie einen anderen --port (0: irgendein freier).",
    ),
    "no_data": (
        "Cannot keep data in {data}: {why}.",
        "In {data} können keine Daten abgelegt werden: {why}.",
    ),
}
"""Key to English and German."""


class Texts:
    """The texts in one language."""

    def __init__(self, language: str) -> None:
        """Choose a language: `de`, anything else is English."""
        self.language = "de" if language == "de" else "en"

    def __call__(self, key: str, **values: object) -> str:
        """Give a text with its values put in."""
        english, german = TEXTS[key]
        return (german if self.language == "de" else english).format(**values)


def chosen_language(arguments: list[str] | None = None) -> str:
    """Give the language of `--lang`, else of the environment's locale; help is built before options are read."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for index, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next((name for name in names if name), "en")[:2]

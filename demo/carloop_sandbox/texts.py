"""What the program says, in German and English."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "about": (
        "Run a Carloop to develop against: a rental system with a made-up fleet, on this machine.",
        "Ein Carloop zum Entwickeln starten: eine Mietwagenverwaltung mit erfundener Flotte, auf diesem Rechner.",
    ),
    "serve": (
        """Serve the planner interface and the administration pages until SIGTERM or Ctrl-C.

        Prints one line `ready http://HOST:PORT` on standard output as soon as it answers; messages go to
        standard error: on new data the sign-in to the pages at that address, once. CARLOOP_SANDBOX_PASSWORD sets
        the password instead, CARLOOP_SANDBOX_TRUSTED_HOSTS=name,name adds names by which it is reached, and
        CARLOOP_SANDBOX_TRUSTED_PROXIES=address names the proxies in front, whose X-Forwarded-For says where somebody
        signs in from.""",
        """Die Verwaltungsseiten und die Werkstattplaner-Schnittstelle anbieten, bis SIGTERM oder Strg-C kommt.

        Gibt eine Zeile `ready http://HOST:PORT` auf der Standardausgabe aus, sobald sie antwortet; Meldungen
        gehen auf die Standardfehlerausgabe: bei neuen Daten einmal die Anmeldung für die Seiten unter dieser Adresse.
        CARLOOP_SANDBOX_PASSWORD setzt stattdessen das Passwort, CARLOOP_SANDBOX_TRUSTED_HOSTS=name,name nennt
        weitere Namen, unter denen sie erreichbar ist, und CARLOOP_SANDBOX_TRUSTED_PROXIES=Adresse die Proxys davor,
        deren X-Forwarded-For sagt, woher sich jemand anmeldet.""",
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
    "sign_in_drawn": (
        "Sign-in: {name} / {password} (shown this once)",
        "Anmeldung: {name} / {password} (wird nur dieses eine Mal angezeigt)",
    ),
    "sign_in_kept": (
        "The sign-in stored in {data} goes on being valid; CARLOOP_SANDBOX_PASSWORD sets a new password.",
        "Die Anmeldung in {data} gilt weiter; CARLOOP_SANDBOX_PASSWORD setzt ein neues Passwort.",
    ),
    "kept": (
        "The tokens stored in {data} go on being valid; --token TOKEN sets a new one.",
        "Die Token in {data} gelten weiter; --token TOKEN setzt einen neuen.",
    ),
}
"""Key to English and German."""

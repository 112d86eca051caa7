"""What the program says on a terminal, in English and German."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "about": (
        "Run a workshop planner that offers a replacement car in step 4 of an appointment.",
        "Einen Werkstattplaner starten, der in Schritt 4 eines Termins einen Ersatzwagen anbietet.",
    ),
    "serve": (
        """Serve the planner's pages until SIGTERM or Ctrl-C.

        Prints one line `ready http://HOST:PORT` on standard output as soon as it answers; messages go to standard
        error. On new data it makes the accounts `advisor` and `admin` and prints their passwords once;
        PLANNER_HOST_ADVISOR_PASSWORD and PLANNER_HOST_ADMIN_PASSWORD set them instead.
        PLANNER_HOST_TRUSTED_HOSTS=name,name adds names by which it is reached. PLANNER_HOST_TRUSTED_PROXIES=address
        names the proxies in front, whose X-Forwarded-For says where somebody signs in from.""",
        """Die Seiten des Werkstattplaners anbieten, bis SIGTERM oder Strg-C kommt.

        Gibt eine Zeile `ready http://HOST:PORT` auf der Standardausgabe aus, sobald er antwortet; Meldungen gehen auf
        die Standardfehlerausgabe. Bei neuen Daten werden die Konten `advisor` und `admin` angelegt und ihre Passwörter
        einmal ausgegeben; PLANNER_HOST_ADVISOR_PASSWORD und PLANNER_HOST_ADMIN_PASSWORD setzen sie stattdessen.
        PLANNER_HOST_TRUSTED_HOSTS=name,name nennt weitere Namen, unter denen er erreichbar ist.
        PLANNER_HOST_TRUSTED_PROXIES=Adresse nennt die Proxys davor, deren X-Forwarded-For sagt, woher sich jemand
        anmeldet.""",
    ),
    "account": (
        """Set an account's password and role; its open sessions end.

        The password comes from a prompt, or from standard input where that is no terminal.""",
        """Passwort und Rolle eines Kontos setzen; seine offenen Sitzungen enden.

        Das Passwort wird abgefragt, oder von der Standardeingabe gelesen, wo diese kein Terminal ist.""",
    ),
    "accounts": (
        """List the accounts; disable, enable or delete one.

        A disabled account is signed out at once. The last active admin can be neither disabled nor deleted.""",
        """Die Konten auflisten; eines sperren, entsperren oder löschen.

        Ein gesperrtes Konto ist sofort abgemeldet. Der letzte aktive admin bleibt.""",
    ),
    "disable": ("Disable this account.", "Dieses Konto sperren."),
    "enable": ("Enable this account.", "Dieses Konto entsperren."),
    "delete": ("Delete this account.", "Dieses Konto löschen."),
    "is_active": ("active", "aktiv"),
    "is_disabled": ("disabled", "gesperrt"),
    "account_disabled": ("Account {name} is disabled.", "Konto {name} ist gesperrt."),
    "account_enabled": ("Account {name} is enabled.", "Konto {name} ist entsperrt."),
    "account_deleted": ("Account {name} is deleted.", "Konto {name} ist gelöscht."),
    "no_account": ("There is no account {name}.", "Das Konto {name} gibt es nicht."),
    "no_accounts": ("There are no accounts in {data}.", "In {data} gibt es keine Konten."),
    "last_admin": (
        "{name} is the last active admin: nobody else could set anything up.",
        "{name} ist der letzte aktive admin: Niemand sonst könnte etwas einrichten.",
    ),
    "role": ("What the account may do.", "Was das Konto darf."),
    "name_word": ("NAME", "NAME"),
    "password": ("Password", "Passwort"),
    "password_again": ("Once more", "Noch einmal"),
    "password_short": ("A password has at least 10 characters.", "Ein Passwort hat mindestens 10 Zeichen."),
    "strange_name": (
        "An account's name has 1 to 80 letters, digits, points, hyphens or underscores.",
        "Der Name eines Kontos hat 1 bis 80 Buchstaben, Ziffern, Punkte, Binde- oder Unterstriche.",
    ),
    "account_set": ("Account {name} ({role}) is set.", "Konto {name} ({role}) ist gesetzt."),
    "accounts_drawn": (
        "Sign in with (shown this once): {accounts}",
        "Anmelden mit (wird nur dieses eine Mal angezeigt): {accounts}",
    ),
    "accounts_kept": (
        "The accounts stored in {data} go on being valid; a lost password: planner-host account NAME --data {data}",
        "Die Konten in {data} gelten weiter; bei verlorenem Passwort: planner-host account NAME --data {data}",
    ),
    "provider_failed": ("{provider} is not there: {why}", "{provider} ist nicht dabei: {why}"),
    "no_provider": (
        "No mobility provider is installed: step 4 will have nothing to offer.",
        "Kein Mobilitätsanbieter ist installiert: Schritt 4 hat nichts anzubieten.",
    ),
}
"""Key to English and German."""

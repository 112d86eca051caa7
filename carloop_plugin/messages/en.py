"""The English texts."""

TEXTS: dict[str, str] = {
    # The settings: environment, configuration file, settings page
    "settings.title": "Carloop – settings",
    "settings.help": (
        "You find web address and token in Carloop under Administration → Schnittstellen → Werkstattplaner "
        "Schnittstelle → Bearbeiten (administration, interfaces, workshop planner interface, edit)."
    ),
    "settings.link": "Information, prices and support: www.carloop.info",
    "settings.base_url": "Web address",
    "settings.base_url.help": "The address of your Carloop; it begins with https://.",
    "settings.token": "Authentication key",
    "settings.token.help": (
        "The token from Carloop: Administration → Schnittstellen → Werkstattplaner Schnittstelle → Bearbeiten, "
        "field Token. An empty field keeps the one that is saved."
    ),
    "settings.station": "Station",
    "settings.station.help": "Offer rental cars of this Carloop station only; empty means every station.",
    "settings.saved": "The settings have been saved.",
    "settings.not_saved": "Nothing has been saved.",
    "settings.fixed": "“{title}” is set by the environment or the configuration file. Please change it there.",
    "settings.token_dropped": (
        "The web address leads to another Carloop, so the authentication key has been removed. Please enter the "
        "key again."
    ),
    "settings.token_without_address": (
        "The authentication key cannot be saved without a web address. Please enter the web address too."
    ),
    "settings.unknown_key": (
        "The configuration file {file} holds “{key}”, which means nothing. Please check its spelling."
    ),
    "settings.value_unknown": "There is no such setting. There are base_url, token and station.",
    "settings.value_not_a_word": "Text or null is expected here.",
    "settings.value_token": (
        "This is not a token: it consists of letters, digits and signs, without spaces. Please copy all of it "
        "from Carloop."
    ),
    "settings.value_station": "This is not a station: at most 200 characters on one line.",
    "settings.config_missing": "There is no configuration file {file}. Please correct CARLOOP_CONFIG or make the file.",
    "settings.config_no_permission": "The configuration file {file} may not be read. Please correct its permissions.",
    "settings.config_folder": "{file} is a folder. Please name a file in CARLOOP_CONFIG.",
    "settings.config_unreadable": "The configuration file {file} cannot be read. Please check CARLOOP_CONFIG.",
    "settings.config_not_text": (
        "The configuration file {file} is not UTF-8 text in line {line}. Please save it as UTF-8."
    ),
    "settings.config_broken": (
        "The configuration file {file} is not valid TOML in line {line}, column {column}. Please correct that "
        "line."
    ),
    "settings.config_table": (
        "In the configuration file {file}, “{key}” has to be a table such as [sites.main]. Please correct it."
    ),
    "settings.config_not_a_word": (
        "In the configuration file {file}, “{key}” has to be text in quotation marks. Please correct it."
    ),
    "settings.token_variable": (
        "What {name} holds is not a token (spaces, umlauts, or too long). Please copy all of the token from "
        "Carloop."
    ),
    "settings.token_file_missing": (
        "There is no file {file} with the token. Please correct token_file in the configuration file, or make "
        "the file."
    ),
    "settings.token_file_no_permission": (
        "The file {file} with the token may not be read. Please correct its permissions."
    ),
    "settings.token_file_folder": "{file} is a folder. Please name a file in token_file.",
    "settings.token_file_unreadable": (
        "The file {file} with the token cannot be read. Please check token_file in the configuration file."
    ),
    "settings.token_file_content": (
        "The file {file} does not hold a token. Please write the token alone into it, on one line."
    ),
    "credentials.file_unreadable": (
        "The file {file} with the authentication keys cannot be read. Please correct its permissions."
    ),
    "credentials.file_broken": (
        "The file {file} with the authentication keys is damaged. Please delete it and enter the keys again."
    ),
    "credentials.file_foreign": (
        "The file {file} with the authentication keys belongs to another user. Please change its owner."
    ),
    "credentials.file_open": (
        "The file {file} with the authentication keys can be read by others. Please set its permissions to 0600."
    ),
    "credentials.file_unwritable": "The file {file} cannot be written. Please check free space and permissions.",
    "credentials.keyring_keeps": (
        "The keyring does not let go of the authentication key. Please unlock the keyring and save again."
    ),
    # The test of the connection
    "check.connected": "Connected to Carloop, account “{account}”.",
    "check.no_address": "No web address has been entered.",
    "check.no_address.hint": "Please enter the web address of your Carloop in the settings.",
    "check.no_token": "No authentication key has been entered.",
    "check.no_token.hint": (
        "Please copy the token in Carloop under Administration → Schnittstellen → Werkstattplaner Schnittstelle "
        "→ Bearbeiten and enter it in the settings."
    ),
    "check.not_authorised": "Carloop does not accept the authentication key; it is wrong or has been revoked.",
    "check.not_authorised.hint": (
        "Please renew the token in Carloop under Administration → Schnittstellen → Werkstattplaner Schnittstelle "
        "→ Bearbeiten and enter it here."
    ),
    "check.unreachable": "Carloop cannot be reached at the web address entered.",
    "check.unreachable.hint": "Please check the web address and the network connection.",
    "check.deadline_exceeded": "Carloop did not answer in time.",
    "check.deadline_exceeded.hint": (
        "Please try again later; if it stays like this, check the web address and the network connection."
    ),
    "check.rate_limited": "Carloop gets too many requests just now.",
    "check.rate_limited.hint": "Please try again in a minute.",
    "check.invalid_answer": (
        "Something other than Carloop's interface answers at the web address, a web page for example."
    ),
    "check.invalid_answer.hint": (
        "Please check the web address: what is needed is that of your Carloop, not of a page with information."
    ),
    "check.rental_not_found": "There is no Carloop interface at the web address.",
    "check.rental_not_found.hint": (
        "Please check the web address: what is needed is that of your Carloop, not of a page with information."
    ),
    "check.station_unknown": "There is no station “{station}” in Carloop. Please enter one of these: {known}.",
    "check.clock_ahead": "Carloop's clock is {seconds} seconds ahead of this computer's.",
    "check.clock_behind": "Carloop's clock is {seconds} seconds behind this computer's.",
    "check.clock_skew.hint": "Please set this computer's clock; for bookings Carloop's clock counts.",
}

"""The English texts."""

TEXTS: dict[str, str] = {
    # The rules, the records, the search
    "store.busy": "The Carloop records are in use just now. Please try again in a moment.",
    "store.full": "The disk has no room left for the Carloop records {path}. Please make room.",
    "store.damaged": "The Carloop records {path} are damaged. “carloop recover --rebuild” moves them aside and rebuilds them from Carloop.",
    "store.not_writable": "The Carloop records {path} cannot be opened or written ({why}). Please check CARLOOP_STORE and its permissions.",
    "store.failed": "The Carloop records {path} report an error ({why}). “carloop doctor” tells more.",
    "store.newer": "The Carloop records {path} are of a newer version of the plugin (there: {found}, known here: {known}). Please update the plugin.",
    "store.postgres_missing": "Records in PostgreSQL need an extra. Please install “carloop-plugin[postgres]”, or name a file path in CARLOOP_STORE.",
    "store.address_unclear": "The address of the Carloop records ({path}) cannot be read in one way only. CARLOOP_STORE holds a file path or postgresql://USER:PASSWORD@HOST:PORT/DATABASE; special characters in the password are written as codes, @ as %40 and / as %2F.",
    "store.unreachable": "The Carloop records {path} cannot be reached or do not let us in ({why}). Please check the PostgreSQL server and the address in CARLOOP_STORE.",
    "store.connection_lost": "The connection to the Carloop records {path} broke off. Please try again in a moment.",
    "store.server_full": "The PostgreSQL server's disk has no room left for the Carloop records {path}. Please make room.",
    "store.read_only": "The Carloop records {path} can only be read just now. Please check that CARLOOP_STORE names the primary server and that writing is allowed.",
    "store.no_right": "The database user lacks rights to the Carloop records {path}. It has to be able to create the schema “carloop”, or own it.",
    "store.rebuild_shared": "Records in PostgreSQL ({path}) are restored from the server's backup, not from Carloop. After that, “carloop recover” brings the rentals up to date.",
    "store.lost": "The Carloop records {path} are gone, although there were some. Nothing is booked until they are back. “carloop recover --rebuild” rebuilds them from Carloop; a backup can be put in their place just as well.",
    "store.other_installation": "The Carloop records {path} are another installation's (there: {found}, before: {known}). Please put the former ones back, or restart the planner if these are the right ones.",
    "store.rebuilding": "The Carloop records are being rebuilt just now. Please try again in some minutes.",
    "store.sound": "The Carloop records {path} are sound, so nothing was moved or rebuilt. “carloop recover” without --rebuild settles what is pending and brings in what changed.",
    "store.rebuild_in_use": "The Carloop records {path} are in use by a running planner or another program. Nothing was moved or rebuilt. Please stop the planner servers, then run “carloop recover --rebuild” again.",
    "store.copy_nothing": "There are no Carloop records in {path} that could be copied.",
    "store.copy_same": "Origin and target are the same Carloop records ({path}). Please name another, empty place as the target.",
    "store.copy_no_database": "The file {path} is no database, and so no Carloop records. It stays as it is, and nothing was copied. Please check the path.",
    "store.copy_damaged": "The Carloop records {path} are damaged. They stay as they are, and nothing was copied. Please restore them from a backup, or rebuild the records of CARLOOP_STORE from Carloop if it is these.",
    "store.copy_not_empty": "There are Carloop records in {path} already. Records are copied to an empty place only.",
    "store.copy_in_use": "A change noted in {path} is being sent to Carloop just now. Please stop the planner servers, then copy.",
    "store.installation_lost": "This installation's id is lost, so the Carloop records {path} cannot be rebuilt from Carloop. Please put back the file {path}.installation with the id (“carloop doctor” names it as long as the records can be read).",
    "change.unknown": "It is not known yet whether Carloop carried out the change. Carloop is being asked; please wait for the result.",
    "change.vehicle_taken": "The chosen vehicle has been given to somebody else meanwhile. Please choose another one.",
    "change.extension_blocked": "The vehicle is given to somebody else after that. Please choose an earlier end.",
    "change.rental_closed": "The rental is closed or the vehicle has been handed out; this change is no longer possible.",
    "change.changed_elsewhere": "The rental was changed in Carloop meanwhile. Please look at it anew.",
    "change.period_in_past": "A rental's times must be in the future. Please choose a later time.",
    "search.one_busy": "1 vehicle matches, and it is rented out in the chosen period.",
    "search.one_busy_until": "1 vehicle matches, and it is rented out in the chosen period. It is free from {until}.",
    "notice.differs": "The rental was changed in Carloop meanwhile and differs from what was asked for. Please check the vehicle and the times.",
    "search.no_cars": "Carloop has no vehicles at this station.",
    "appointment.zone_unknown": "There is no such time zone. Please name one such as Europe/Berlin.",
    "change.end_before_start": "The rental must end after it begins.",
    "change.not_saved": "Please save the appointment first.",
    "change.customer_locked": "The customer is from the DMS and differs from the saved appointment. Please change them in the DMS and save the appointment again.",
    "change.immutable": "Of a saved rental only the end can be changed. For anything else, please cancel it and make a new one.",
    "change.already_booked": "This appointment already has a rental.",
    "change.other_pending": "Another change to this appointment is not settled yet. It is being looked into; please try again after that.",
    "change.id_reused": "Something else was asked for under this change id before. Please open the form anew.",
    "change.not_supported": "Rebooking in one step is not supported yet. Please cancel and make a new rental.",
    "change.rental_not_found": "There is no such rental.",
    "change.rental_gone": "Carloop no longer has this rental.",
    "change.booking_not_found": "There is no booking with this change id.",
    "change.site_needed": "Several sites have a rental of this id. Please name the site.",
    "change.account_changed": "The authentication key belongs to another Carloop account than this rental. Please check the settings.",
    "change.mismatched_book": "Carloop booked something else than was asked for. Please look at rental {rental} and cancel it.",
    "change.mismatched_change_end": "Carloop saved another end than was asked for. Please check rental {rental}.",
    "change.mismatched_cancel": "Carloop confirmed the cancellation but did not cancel rental {rental}. Please check it in Carloop.",
    "change.still_in_flight": "The request may still be on its way. It is being looked into.",
    "change.taken_back": "Another server sent the same change, and Carloop did nothing.",
    "change.given_up_meanwhile": "This booking is being given up; what became of it is being looked into.",
    "change.given_up": "This booking was given up.",
    "change.start_passed": "The rental's start has passed, and Carloop does not have the booking.",
    "search.none_match": "No vehicle matches these filters.",
    "search.all_busy": "{matching} vehicles match, all of them rented out in the chosen period.",
    "search.all_busy_until": "{matching} vehicles match, all of them rented out in the chosen period. The next one is free from {until}.",
    "notice.change_pending": "A change is not settled yet. Carloop is being asked; please wait for the result.",
    "notice.set_aside": "A change could not be settled and was set aside. Please check the rental in Carloop.",
    "notice.appointment_cancelled": "The appointment was called off; the rental car is still reserved.",
    "notice.appointment_moved": "The appointment was moved; the rental car no longer fits it.",
    "notice.customer_changed": "The rental car is booked for another customer than the one the appointment has now.",
    "notice.end_moved": "The appointment now ends at another time than the rental.",
    "notice.not_as_asked": "Carloop has a rental for this appointment that was not asked for like this.",
    "notice.desk_must_help": "The rental car has been handed out and no longer fits the appointment. Please settle this at the rental desk.",
    "notice.cancelled_at_desk": "The rental was cancelled in Carloop.",
    "proposal.appointment_cancelled": "Cancel the rental car because the appointment was called off",
    "proposal.appointment_moved": "Cancel the rental car; then you can search again for the new appointment.",
    "proposal.customer_changed": "Cancel the rental car because it is booked for another customer; then you can search again for the present one.",
    "proposal.end_moved": "Move the rental's end to the appointment's new end",
    "proposal.not_as_asked": "Cancel rental {rental}",
    "erase.change_pending": "A change is not settled yet; the data are erased as soon as it is.",
    "erase.change_set_aside": "Nobody could find out what became of a change, and automatic recovery has set it aside. Somebody has to look it up in Carloop and settle it (“carloop doctor” names it); the data are erased as soon as it is settled.",
    "erase.carloop_keeps_its_own": "Carloop keeps customer data of its own; please erase them there separately.",
    "erase.files_in_use": "The records are in use, large or not ours to rewrite, and are rewritten as soon as possible; until then traces of what was erased may remain in their files.",
    "erase.server_keeps_its_own": "Only the tables are cleared. Whoever runs the database server decides how long its log (WAL), copies and backups and the freed blocks of its disk keep what was erased.",
    # The settings: environment, configuration file, settings page
    "settings.title": "Carloop – settings",
    "settings.help": (
        "You will find the web address and the token in Carloop under Administration → Schnittstellen → Werkstattplaner "
        "Schnittstelle → Bearbeiten (administration, interfaces, workshop planner interface, edit)."
    ),
    "settings.link": "Information, prices and support at www.carloop.info",
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
    "settings.value_not_a_string": "Text or null is expected here.",
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
    "settings.config_not_a_string": (
        "In the configuration file {file}, “{key}” has to be text in quotation marks. Please correct it."
    ),
    "settings.token_variable": (
        "What {name} holds is not a token (spaces, umlauts, or too long). Please copy all of the token from "
        "Carloop."
    ),
    "settings.token_alone_variable": (
        "CARLOOP_TOKEN is set without a web address beside it, so this authentication key is sent nowhere. Please set "
        "CARLOOP_BASE_URL too, or remove CARLOOP_TOKEN and enter web address and key in the settings."
    ),
    "settings.token_alone_file": (
        "The configuration file names the authentication key {file} without a web address beside it, so this key is "
        "sent nowhere. Please set base_url there too, or remove token_file and enter web address and key in the "
        "settings."
    ),
    "settings.token_elsewhere": (
        "The authentication key {file} belongs to the web address in the configuration file and is not sent to that of "
        "CARLOOP_BASE_URL. Please set CARLOOP_TOKEN too, or remove CARLOOP_BASE_URL."
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
    "check.unreadable_ours": (
        "Rentals of ours that Carloop describes in a form that cannot be read: {count} ({ids}). Changes "
        "made to them in Carloop cannot be seen here."
    ),
    "check.unreadable_others": (
        "Others' rentals that Carloop describes in a form that cannot be read: {count} ({ids}). They are skipped."
    ),
    "check.unreadable.hint": (
        "Please check whether this plugin matches the version of Carloop, and tell Carloop if it does."
    ),
    "check.feed_unreadable": (
        "The list of the rentals of account {account} cannot be read. News from Carloop does not arrive. Please check "
        "whether this plugin matches the version of Carloop, and tell Carloop if it does."
    ),
    "check.clock_ahead": "Carloop's clock is {seconds} seconds ahead of this computer's.",
    "check.clock_behind": "Carloop's clock is {seconds} seconds behind this computer's.",
    "check.clock_skew.hint": "Please set this computer's clock; for bookings Carloop's clock counts.",
    # api: what Carloop or the way to it says
    "api.address_malformed": (
        "This is not a valid web address. Please copy the whole address from Carloop, for example "
        "https://carloop.example."
    ),
    "api.address_without_https": (
        "The web address has to begin with https://. Please enter the whole address, for example "
        "https://carloop.example."
    ),
    "api.address_insecure": (
        "The web address begins with http://, so the authentication key would travel to {host} "
        "unencrypted. Please enter the address with https://."
    ),
    "api.address_with_user": (
        "The web address holds a user name or a password. Please enter the address without them."
    ),
    "api.address_with_query": (
        "The web address holds an appendix after ? or #. Please enter the address without it."
    ),
    "api.foreign_origin": (
        "The request would have gone to another address than the one in the settings, so it was not "
        "sent. Please check the web address in the settings."
    ),
    "api.ca_file_unreadable": (
        "The file {file} with the trusted certificates cannot be read. Please check its path, "
        "permissions and content."
    ),
    "api.token_malformed": (
        "The authentication key holds characters that no token has. Please copy all of the token from "
        "Carloop, without spaces."
    ),
    "api.token_refused": (
        "Carloop does not accept the authentication key; it is wrong or has been revoked. Please renew "
        "the token in Carloop under Administration → Schnittstellen → Werkstattplaner Schnittstelle → "
        "Bearbeiten and enter it in the settings."
    ),
    "api.forbidden_on_the_way": (
        "Access is denied (status {status}), but not recognisably by Carloop itself. Please check the web address "
        "and, if it is right, ask whoever runs the network or the Carloop server."
    ),
    "api.unknown_host": (
        "No server is known by the address {host}. Please check the spelling of the web address and the "
        "internet connection."
    ),
    "api.connection_refused": (
        "No server takes connections at {host}. Please check web address and port; if they are right, "
        "Carloop is not running just now."
    ),
    "api.no_connection": (
        "No connection to {host} can be made. Please check the network connection and the web address."
    ),
    "api.connect_timeout": (
        "Carloop does not take the connection in time. Please try again later and, if it stays like "
        "this, check web address and firewall."
    ),
    "api.connection_lost": "The connection to Carloop broke before anything had been sent. Please try again.",
    "api.deadline": "Carloop did not answer in time. Please try again later.",
    "api.answer_lost": (
        "The connection to Carloop broke before the whole answer had arrived. Please try again later."
    ),
    "api.tls_expired": (
        "The TLS certificate of {host} has expired. Please ask those who run that server to renew it."
    ),
    "api.tls_not_yet_valid": (
        "The TLS certificate of {host} is not valid yet. Please check this computer's clock, or else "
        "tell those who run that server."
    ),
    "api.tls_untrusted": (
        "The TLS certificate of {host} comes from no trusted authority. Please check the web address; if "
        "the server is yours, make your own authority known on this computer."
    ),
    "api.tls_revoked": "The TLS certificate of {host} has been revoked. Please tell those who run that server.",
    "api.tls_wrong_host": (
        "The TLS certificate is made out to another name than {host}. Please enter the web address as it "
        "stands in the certificate."
    ),
    "api.tls_refused": (
        "The TLS certificate of {host} is not valid. Please ask those who run that server to check it."
    ),
    "api.tls_not_spoken": "{host} does not speak https in this place. Please check web address and port.",
    "api.tls_broken": (
        "No encrypted connection to {host} can be made. Please check web address and port, or else tell "
        "those who run that server."
    ),
    "api.tls_broken_off": (
        "The encrypted connection to Carloop was disturbed. Please check the network connection and try "
        "again later."
    ),
    "api.web_page": (
        "A web page answers at the web address, not Carloop's interface. Please check the web address in "
        "the settings."
    ),
    "api.redirect": (
        "The web address redirects to {origin}; nothing was sent there. Please enter the right web "
        "address in the settings."
    ),
    "api.no_interface": (
        "There is no Carloop interface at the web address (answer {status}). Please check the web "
        "address in the settings, its path too."
    ),
    "api.refused_on_the_way": (
        "The request is turned away on its way to Carloop (status {status}). Please check the web "
        "address and, if it is right, tell those who run the network."
    ),
    "api.encoded": (
        "The answer came compressed although that was not asked for, and was not read. Please ask those "
        "who run the server to switch compression off for this interface."
    ),
    "api.too_large": (
        "The answer is larger than one of Carloop's may be, and was not read. Please check the web "
        "address and, if it is right, tell Carloop."
    ),
    "api.not_json": (
        "The answer is no readable JSON, so it is not Carloop's. Please check the web address and, if it "
        "is right, try again later."
    ),
    "api.not_of_schema": (
        "Carloop's answer does not keep to the agreed interface at {pointer}. Please check whether this "
        "plugin fits the version of Carloop."
    ),
    "api.not_a_value": "Carloop's answer holds a time or an amount that does not exist. Please tell Carloop.",
    "api.unreadable_rental": (
        "Carloop describes a rental in a form that this plugin cannot read ({ids}). Please check whether this plugin "
        "matches the version of Carloop."
    ),
    "api.unreadable_vehicles": (
        "Carloop describes all vehicles in a form that this plugin cannot read. Please check whether this plugin "
        "matches the version of Carloop."
    ),
    "api.odd_status": (
        "Carloop answered in an unexpected way (status {status}). Please check whether this plugin fits "
        "the version of Carloop."
    ),
    "api.other_rental": (
        "Carloop answered about another rental than the one asked for. Please check the rental in Carloop."
    ),
    "api.endless_list": "Carloop gives a list that does not end. Please tell Carloop.",
    "api.rate_limited": "Carloop gets too many requests just now. Please try again in a minute.",
    "api.maintenance": "Carloop is under maintenance; nothing has been changed. Please try again later.",
    "api.server_error": "An error has occurred at Carloop (status {status}). Please try again later.",
    "api.in_progress": "Carloop is still working on this request. Please wait a moment.",
    "api.key_reused": (
        "Carloop knows this change with other content already. Please open the form anew and save again."
    ),
    "api.unknown_vehicle": (
        "Carloop does not know this vehicle any more. Please search again and pick another one."
    ),
    "api.not_understood": "Carloop does not accept what was entered ({code}). Please check the input.",
    "api.unknown_refusal": (
        "Carloop refuses and names an unknown cause (status {status}, {code}). Please check whether this "
        "plugin fits the version of Carloop."
    ),
    # The doctor
    "doctor.load_failure": "The provider “{provider}” does not load: {why}",
    "doctor.not_loaded": "The Carloop provider is not loaded. Please check that carloop-plugin is installed and not left out by WORKSHOP_PLANNER_DISABLE.",
    "doctor.unknown": "Changes with an unknown outcome: {count}. “carloop recover” settles them.",
    "doctor.long_pending": "A change has been waiting for its outcome since {since}. Please run “carloop recover”.",
    "doctor.set_aside": "Not settled after many attempts: {ids}. Please look them up in Carloop. They are tried again in each round, after the others.",
    "doctor.erasures": "Erasures of which traces may still be in the records' files: {count}. Please run “carloop erase” again; it clears them.",
    "doctor.moved_aside": "Damaged records that were moved aside may hold personal data: {files}. The next erasure (“carloop erase”) deletes them, nothing else does; please delete them as soon as nobody needs them any more.",
    "doctor.rollback_journal": "This SQLite is too old for a safe write-ahead log, so the rollback journal is used.",
    "doctor.token_environment": "The authentication key comes from the environment (CARLOOP_TOKEN).",
    "doctor.token_keyring": "The authentication key is in the keyring.",
    "doctor.token_file": "The authentication key is in the file {file}.",
    "doctor.no_keyring": 'Keys can be kept in the operating system\'s keyring instead: pip install "carloop-plugin[keyring]".',
    "doctor.token_file_open": "The file {file} can be read by others too. Please set its permissions to 0600.",
    "doctor.shared_store": "Several servers can share these records, but not the key that is kept here. Please give each server address and key by CARLOOP_BASE_URL and CARLOOP_TOKEN, or by base_url and token_file.",
}

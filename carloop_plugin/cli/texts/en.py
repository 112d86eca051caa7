"""The command line in English."""

TEXTS: dict[str, str] = {
    # The program and its commands
    ".help": (
        "Carloop in the workshop planner: find, book, extend and cancel rental cars, and set up what that takes."
    ),
    ".examples": (
        "carloop demo --scripted               # watch the whole story\n"
        "carloop settings set                  # enter web address and token\n"
        "carloop appointment save appointment.json\n"
        "carloop search --appointment A-2026-0001 --class kombi\n"
        "carloop book --appointment A-2026-0001 --option V1001"
    ),
    "appointment.short": "Hand appointments to the provider",
    "appointment.help": "Hands over appointments as a workshop planner does after saving them.",
    "appointment.examples": "carloop appointment save appointment.json",
    "appointment.save.short": "Save an appointment and show step 4",
    "appointment.save.help": (
        "Hands over a saved appointment (the JSON document appointment) from a file, or with - from standard input, "
        "and shows what step 4, the mobility offer, has for it. The customer's data stay in the file; only where it "
        "is gets remembered, for “carloop book”."
    ),
    "appointment.save.examples": (
        "carloop appointment save appointment.json\ncat appointment.json | carloop appointment save - --json"
    ),
    "classes.short": "List the vehicle classes",
    "classes.help": "Lists the vehicle classes a search can filter by.",
    "classes.examples": "carloop classes\ncarloop classes --site nord --json",
    "features.short": "List the vehicle features",
    "features.help": "Lists the vehicle features a search can filter by.",
    "features.examples": "carloop features\ncarloop features --json",
    "search.short": "Search available rental cars",
    "search.help": (
        "Finds the rental cars that match the filters and are free for the whole period. Several classes: one of "
        "them "
        "is enough. Several features: the car has all of them. Times such as 2027-03-02 08:30 or "
        "2027-03-02T08:30:00+01:00."
    ),
    "search.examples": (
        "carloop search --appointment A-2026-0001 --class kombi --class suv --feature automatik\n"
        'carloop search --start "2027-03-02 08:30" --end "2027-03-03 17:00" --limit 20\n'
        "carloop search --appointment A-2026-0001 --json"
    ),
    "book.short": "Save a rental",
    "book.help": (
        "Books an option of the search for a saved appointment. The customer's data come from --file, else from "
        "standard input, else from the file the appointment was saved from: an appointment or a customer as JSON. "
        "The rental period is the appointment's where nothing else is given."
    ),
    "book.examples": (
        "carloop book --appointment A-2026-0001 --option V1001\n"
        "carloop book --appointment A-2026-0001 --option V1001 < customer.json\n"
        'carloop book --appointment A-2026-0001 --option V1001 --end "2027-03-04 12:00"'
    ),
    "change-end.short": "Change a rental's end",
    "change-end.help": (
        "Extends or shortens a rental, one that has begun included. The new end has to be in the future and after "
        "the start. For everything else, cancel and book anew."
    ),
    "change-end.examples": (
        'carloop change-end R100334 "2027-03-04 12:00"\n'
        "carloop change-end R100334 2027-03-04T12:00:00+01:00 --json"
    ),
    "cancel.short": "Cancel a rental",
    "cancel.help": (
        "Cancels a reserved rental. With --booking, gives up a booking whose outcome is still unknown."
    ),
    "cancel.examples": (
        'carloop cancel R100334 --reason "appointment called off"\n'
        "carloop cancel --booking 0b9f5d1e-5a53-4c86-9a44-0d9b0f6f3a51"
    ),
    "rentals.short": "List the rentals",
    "rentals.help": (
        "Lists the rentals made from the planner, as last seen at Carloop. Without --all, reserved and running ones "
        "only."
    ),
    "rentals.examples": (
        "carloop rentals\ncarloop rentals --all --json\ncarloop rentals --appointment A-2026-0001"
    ),
    "recover.short": "Settle what is unknown, bring in changes",
    "recover.help": (
        "Settles changes whose outcome is unknown, those set aside too, and brings in what was changed at the rental "
        "desk. With --watch it goes on until Ctrl-C. With --rebuild, damaged or lost records are built "
        "anew from Carloop, and the old ones are moved aside; sound ones stay as they are."
    ),
    "recover.examples": "carloop recover\ncarloop recover --watch 30\ncarloop recover --rebuild",
    "erase.short": "Erase personal data",
    "erase.help": (
        "Erases what is kept about customer numbers and appointments, and names what has to stay, and for what "
        "reason. Asks first; --yes answers the question, --dry-run only shows what would be erased."
    ),
    "erase.examples": (
        "carloop erase --customer K-10023 --dry-run\ncarloop erase --appointment A-2026-0001 --yes --json"
    ),
    "settings.short": "Show, change and test the settings",
    "settings.help": (
        "Web address, authentication key (token) and station of a site. The token is never expected on the command "
        "line and never printed."
    ),
    "settings.examples": "carloop settings set\ncarloop settings test",
    "settings.show.short": "Show the settings",
    "settings.show.help": (
        "Shows what is in force for a site; of the token only whether and since when it is set."
    ),
    "settings.show.examples": "carloop settings show\ncarloop settings show --site nord --json",
    "settings.set.short": "Save settings",
    "settings.set.help": (
        "Saves settings and tests the connection. Without any, it asks; the token is not shown. In programs: the "
        "token "
        "from standard input with --token-stdin, or from CARLOOP_TOKEN with --token-env."
    ),
    "settings.set.examples": (
        "carloop settings set\n"
        "carloop settings set --base-url https://dealer.carloop.example --token-stdin < token.txt\n"
        "carloop settings set --delete token"
    ),
    "settings.test.short": "Test the connection",
    "settings.test.help": "Tests the connection to Carloop and says for each mistake what to do.",
    "settings.test.examples": "carloop settings test\ncarloop settings test --site nord --json",
    "store.short": "Move the records",
    "store.help": (
        "Brings the records to another place, as from a file to PostgreSQL when several servers are to share "
        "them."
    ),
    "store.examples": "carloop store copy carloop.sqlite3 postgresql://carloop@db.example/carloop",
    "store.copy.short": "Copy the records to an empty place",
    "store.copy.help": (
        "Copies all records FROM one place TO another, which has to be empty, and counts on both sides afterwards. A "
        "place is a file path or postgresql://USER@HOST/DATABASE, as in CARLOOP_STORE. Stop the planner servers first. "
        "The database's password comes from PGPASSWORD or ~/.pgpass, not from the address: everybody on the computer "
        "can read commands. Tokens are not copied."
    ),
    "store.copy.examples": (
        "carloop store copy carloop.sqlite3 postgresql://carloop@db.example/carloop\n"
        "carloop store copy postgresql://carloop@db.example/carloop carloop.sqlite3 --json"
    ),
    "doctor.short": "Examine the state of things",
    "doctor.help": (
        "Examines versions, records, pending changes, settings and loaded providers, and tests the connection "
        "of every site."
    ),
    "doctor.examples": "carloop doctor\ncarloop doctor --json",
    "demo.short": "Start a planner and a Carloop to try",
    "demo.help": (
        "Starts a Carloop sandbox with a fleet and a workshop planner that is connected to it, says where they are and "
        "how to sign in, and runs until Ctrl-C. With --scripted it runs the whole story of a rental instead and prints "
        "each step; its exit code is 0 only if each step did what it should. Needs the package carloop-demo."
    ),
    "demo.json_alone": "There is no --json without --scripted.",
    "demo.not_installed": (
        "The demonstration programs are not installed. Install them with: pip install carloop-demo"
    ),
    "demo.examples": "carloop demo\ncarloop demo --port 0 --sandbox-port 0\ncarloop demo --scripted --json",
    "completion.short": "Print shell completion",
    "completion.help": "Prints the lines by which a shell completes carloop's commands and options.",
    "completion.examples": (
        "carloop completion bash >> ~/.bashrc\n"
        "carloop completion zsh >> ~/.zshrc\n"
        "carloop completion fish > ~/.config/fish/completions/carloop.fish"
    ),
    # Options
    "option.help": "Show this help.",
    "option.version": "Show the version.",
    "option.lang": "Language: de or en (else the environment's).",
    "option.site": "Site (else the appointment's, else main).",
    "option.as_json": "Output for programs: one JSON document.",
    "demo.option.as_json": "Output for programs: one JSON document a line, one for each step; with --scripted only.",
    "recover.option.as_json": "Output for programs: one JSON document, with --watch one a line each time.",
    "option.appointment_id": "Id of the appointment.",
    "option.option_id": "Id of the option a search offered.",
    "option.file": "File with the appointment or customer as JSON; - is standard input.",
    "option.start": "Start (else the appointment's).",
    "option.end": "End (else the appointment's).",
    "option.classes": "Vehicle class.",
    "option.features": "Vehicle feature.",
    "option.limit": "At most so many, 1 to 10000.",
    "option.change_id": "Id of the change, to send the same one again.",
    "option.booking_id": "Id of the booking whose outcome is unknown.",
    "option.reason": "Reason, for Carloop.",
    "option.with_past": "Cancelled and returned ones too.",
    "option.yes": "Erase without asking.",
    "option.dry_run": "Only show what would be erased.",
    "option.numbers": "Customer number.",
    "erase.option.appointment_ids": "Id of an appointment.",
    "option.watch": "Repeat every so many seconds, until Ctrl-C.",
    "option.rebuild": "Build damaged or lost records anew.",
    "option.base_url": "Web address; it begins with https://.",
    "option.station": "Offer rental cars of this station only.",
    "option.token_stdin": "Read the token from standard input.",
    "option.token_env": "Take the token from CARLOOP_TOKEN.",
    "option.deleted": "Delete a setting: base_url, token or station.",
    "option.scripted": "Tell the story only, then end.",
    "option.port": "Port of the planner (0: any free one).",
    "option.sandbox_port": "Port of the sandbox (0: any free one).",
    "option.data": "Folder for the data (else a temporary one).",
    # Placeholders
    "metavar.ID": "ID",
    "metavar.NAME": "NAME",
    "metavar.PORT": "PORT",
    "metavar.TEXT": "TEXT",
    "metavar.URL": "URL",
    "metavar.FILE": "FILE",
    "metavar.FILE|-": "FILE|-",
    "metavar.TIME": "TIME",
    "metavar.COUNT": "COUNT",
    "metavar.SECONDS": "SECONDS",
    "metavar.NUMBER": "NUMBER",
    "metavar.FROM": "FROM",
    "metavar.TO": "TO",
    "metavar.RENTAL": "RENTAL",
    "metavar.REASON": "REASON",
    "metavar.FOLDER": "FOLDER",
    # Usage
    "usage.usage": "Usage:",
    "usage.options": "Options",
    "usage.commands": "Commands",
    "usage.examples": "Examples",
    "usage.options_metavar": "[OPTIONS]",
    "usage.command_metavar": "COMMAND [ARGS]...",
    "usage.required": "(required)",
    "usage.repeatable": "(may be repeated)",
    "usage.try_help": "Help: {command}",
    "usage.bad_value": "“{name}”: {why}",
    "usage.missing": "Missing: {name}.",
    "usage.no_option": "There is no option {name}.",
    "usage.option_alone": "The value of {name} is missing, or one too many.",
    "usage.no_command": "There is no command “{name}”.",
    "usage.did_you_mean": "Did you mean {names}?",
    "usage.too_many": "Too many arguments: {extra}.",
    "usage.empty": "The value is empty.",
    "usage.no_site": "There is no site “{site}”; known are: {known}.",
    "usage.not_understood": "The arguments cannot be understood.",
    "usage.not_one_of": "There is no “{value}”; there are: {known}.",
    "usage.not_whole": "“{value}” is not a whole number from {least} to {most}.",
    # Errors
    "error.error": "Error: {message}",
    "error.pointer": "Where: {pointer}",
    "error.code": "Code: {code}",
    "error.output": "The output cannot be written: the disk is full or the device has failed.",
    "error.interrupted": "Interrupted.",
    "error.unexpected": "Error: this should not have happened ({kind}). Please report it to the makers.",
    "time.format": "%Y-%m-%d %H:%M",
    "time.zone_here": "this computer's zone ({offset})",
    "time.assumed": "Times without an offset are taken in {zone}.",
    "time.none": "{option}: “{time}” is no time. Please write 2027-03-02 08:30 or 2027-03-02T08:30:00+01:00.",
    "time.no_zone": (
        "{option}: it is not known in which time zone “{time}” is meant. Please give it with its offset from UTC, such "
        "as {example}."
    ),
    "time.never": "{option}: there is no {time}, the clocks go forward that night. Please give another time.",
    "time.twice": (
        "{option}: {time} comes twice, the clocks go back that night. Please give one of these: {first} or {second}."
    ),
    "input.missing": "There is no file {name}.",
    "input.unreadable": "The file {name} cannot be read.",
    "input.too_large": "{name} is too large for a document.",
    "input.standard_input": "standard input",
    "input.not_utf8": "{name} is not UTF-8 text.",
    "input.not_json": "{name} is not valid JSON (line {line}, column {column}).",
    "input.not_an_object": "{name} does not hold a JSON object.",
    "input.other_appointment": "{name} is another appointment than {wanted}.",
    "search.no_class": "There is no vehicle class “{value}”; there are: {known}.",
    "search.no_feature": "There is no vehicle feature “{value}”; there are: {known}.",
    "search.period_missing": "Please give --appointment, or --start and --end.",
    "book.no_customer": (
        "The customer's data are missing: none are kept here, and no file of the appointment {appointment} is known "
        "(it was saved from standard input, its file is gone, or where it is was erased). Please name a file with "
        "--file (appointment or customer), hand the data in on standard input, or save the appointment from a file "
        "again."
    ),
    "book.customer_from": "Customer's data from: {name}",
    "cancel.one_of_two": "Please give either the rental or --booking.",
    "erase.nothing": "Please give --customer or --appointment.",
    "erase.unasked": (
        "Erasing cannot be undone and asks first, which takes a terminal. Please give --yes to erase without being "
        "asked; --dry-run shows beforehand what would be erased."
    ),
    "erase.ask": "Erase for good? [y/N]",
    "erase.answers": "y yes",
    "erase.not_done": "Nothing has been erased.",
    "erase.would": "Appointments to erase: {count}",
    "erase.would_appointments": "Appointments to erase: {count} ({ids})",
    "erase.would_keep": "Appointment {appointment} stays for now: {reason}",
    "erase.would_files": "Files moved aside that are deleted too: {files}",
    "settings.no_such": "There is no setting “{name}”; there are: {known}.",
    "settings.one_token": "Please give only one of --token-stdin and --token-env.",
    "settings.no_token_given": "There is no token on standard input.",
    "settings.no_token_variable": "CARLOOP_TOKEN is empty.",
    "settings.nothing_given": "Please say what is to be saved.",
    # What is shown
    "waiting.appointment": "Handing over the appointment …",
    "waiting.filters": "Asking Carloop …",
    "waiting.search": "Searching rental cars …",
    "waiting.book": "Saving the rental …",
    "waiting.change_end": "Changing the rental's end …",
    "waiting.cancel": "Cancelling the rental …",
    "waiting.recover": "Reconciling …",
    "waiting.rebuild": "Building the records anew …",
    "waiting.rebuilt": "Building the records anew … rentals: {count}",
    "waiting.copy": "Copying the records",
    "waiting.erase": "Erasing …",
    "waiting.rewrite": "Clearing the records' files …",
    "waiting.check": "Testing the connection …",
    "waiting.doctor": "Testing the connections …",
    "heading.id": "Id",
    "heading.class": "Vehicle class",
    "heading.feature": "Vehicle feature",
    "heading.group": "Group",
    "heading.option": "Option",
    "heading.vehicle": "Vehicle",
    "heading.plate": "Plate",
    "heading.features": "Features",
    "heading.station": "Station",
    "heading.price": "Price",
    "heading.remark": "Remark",
    "heading.rental": "Rental",
    "heading.appointment": "Appointment",
    "heading.records": "Records",
    "heading.origin": "From",
    "heading.target": "To",
    "heading.site": "Site",
    "heading.title": "Vehicle",
    "heading.status": "Status",
    "heading.state": "State",
    "heading.period": "Rental period",
    "heading.customer": "Customer",
    "heading.allowed": "Possible",
    "heading.change": "Change",
    "heading.outcome": "Outcome",
    "heading.kept_because": "Kept because",
    "heading.until": "Until",
    "price.format": "{currency}{amount}",
    "state.open": "nothing booked",
    "state.booked": "booked",
    "state.unknown": "unknown – being found out",
    "state.attention": "booked, no longer fits the appointment",
    "status.reserved": "reserved",
    "status.picked_up": "picked up",
    "status.returned": "returned",
    "status.cancelled": "cancelled",
    "action.change_end": "change the end",
    "action.cancel": "cancel",
    "action.rebook": "rebook",
    "differs.vehicle_class": "another class",
    "differs.features": "other features",
    "differs.period": "another period",
    "differs.station": "another station",
    "step.title": "4. Mobility offer",
    "step.locked": "(from the DMS, cannot be changed)",
    "step.proposal": "Proposal: {message}",
    "search.found": "Available rental cars: {total}",
    "search.truncated": "There are more; please raise --limit.",
    "search.alternative": "alternative: {how}",
    "outcome.done": "done",
    "outcome.refused": "refused",
    "outcome.done.book": "The rental has been saved.",
    "outcome.done.change_end": "The rental's end has been changed.",
    "outcome.done.cancel": "The rental has been cancelled.",
    "outcome.unknown": (
        "The outcome is unknown: Carloop's answer was lost. “carloop recover” finds it out, or give the same command "
        "again with --change-id {change_id}."
    ),
    "outcome.interrupted": (
        "Interrupted. The change {change_id} may have been sent already, so its outcome is unknown. “carloop recover” "
        "finds it out, or give the same command again with --change-id {change_id}."
    ),
    "outcome.alternatives": "Free instead:",
    "rentals.zone": "Times in {zone}.",
    "rentals.none": "No rentals.",
    "recover.summary": "Settled: {settled} · changed: {changed} · still pending: {pending}",
    "recover.oldest": "Pending since {since}",
    "recover.rebuilt": "The records have been built anew. Rentals: {count}",
    "recover.unreachable": "The site {site} could not be asked:",
    "recover.missing": "The site {site} could not be read:",
    "recover.not_rebuilt": (
        "Nothing was moved or replaced, for the rentals of these sites would be missing. Please check their settings "
        "(CARLOOP_BASE_URL and CARLOOP_TOKEN, or the configuration file), then run this again."
    ),
    "recover.aside_goes": ("An erasure was not finished in them; this file is deleted as soon as it is."),
    "recover.carried": "Changes whose outcome is not known yet were taken over: {count}",
    "recover.incomplete": (
        "The old records could not be read completely. If a change was pending or an erasure unfinished in them: "
        "please look at the rentals of the last minutes in Carloop, and ask for the erasure again."
    ),
    "recover.moved_aside": "The previous records are now in {path}.",
    "store.table.installation": "Installation",
    "store.table.sites": "Sites",
    "store.table.settings": "Settings",
    "store.table.contacts": "Contacts",
    "store.table.unreadable": "Unreadable rentals",
    "store.table.appointments": "Appointments",
    "store.table.rentals": "Rentals",
    "store.table.intents": "Changes",
    "store.table.erasures": "Erasures",
    "store.table.all": "In all",
    "store.copied": (
        "Copied. Now set CARLOOP_STORE to the new place on every server, and give each address and token by "
        "CARLOOP_BASE_URL and CARLOOP_TOKEN, or by base_url and token_file."
    ),
    "store.differs": "The numbers do not agree: something was written on one side meanwhile.",
    "store.password": (
        "Everybody on this computer can read the password in the address as long as the command runs. Better: "
        "PGPASSWORD or ~/.pgpass."
    ),
    "erase.done": "Erased: {count}",
    "erase.rewritten": "The records' files have now been cleared.",
    "settings.name.base_url": "Web address",
    "settings.name.token": "Authentication key",
    "settings.name.station": "Station",
    "settings.secret_since": "set since {since}",
    "settings.secret_fixed": "set",
    "settings.fixed_value": "{value} (set by the environment or the configuration file)",
    "settings.ask.base_url": "Web address (empty: unchanged)",
    "settings.ask.token": "Authentication key, not shown (empty: unchanged)",
    "settings.ask.station": "Station (empty: unchanged)",
    "doctor.store": "Records",
    "doctor.installation": "Installation",
    "doctor.engine": "Database",
    "doctor.journal": "Journal",
    "doctor.rentals": "Rentals",
    "doctor.pending": "Pending changes",
    "doctor.unknown": "of these unknown",
    "doctor.set_aside": "of these set aside",
    "doctor.moved_aside": "Moved aside",
    "doctor.aside_since": "{file} · since {when} · age in days: {days}",
    "doctor.oldest_unknown": "unknown since",
    "doctor.contact": "Last contact ({account})",
    "doctor.answered": "{when} · clock {skew} s",
    "doctor.changes": "Newest changes",
    "doctor.ended": "{done} done · {refused} refused",
    "doctor.took": "Time taken: {action}",
    "doctor.seconds": "median {median} s · 95 % within {p95} s · longest {longest} s",
    "doctor.action.book": "booking",
    "doctor.action.change_end": "change of the end",
    "doctor.action.cancel": "cancellation",
    "doctor.site": "Site {site}",
    "doctor.provider": "Provider {id}",
    "doctor.token_set": "token: {place}",
    "doctor.place.environment": "environment",
    "doctor.place.keyring": "keyring",
    "doctor.no_token": "no token",
    "doctor.well": "All is well.",
    "doctor.minor": "It works; please see to the remarks above (!).",
    "doctor.ill": "There is something to do.",
}

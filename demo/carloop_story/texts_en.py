"""The demo's story in English."""

TEXTS: dict[str, str] = {
    "demo.begin": (
        "A rental from beginning to end, with a Carloop sandbox and the provider as a planner loads it:"
    ),
    "demo.well": "Each step did what it should.",
    "demo.ill": "Not every step did what it should (✗).",
    "demo.json_alone": "There is no --json without --scripted.",
    "demo.not_started": "Error: the demo does not start. {why}",
    "demo.port_taken": (
        "The port {port} is taken or cannot be used. Please choose another with {option} (0: any free one)."
    ),
    "demo.starting": "Starting Carloop and the workshop planner …",
    "demo.stopped": "Both have stopped.",
    "demo.try": (
        "\n"
        "Workshop planner  {planner}\n"
        "  sign in as      advisor  {advisor}\n"
        "  or as           admin    {admin}\n\n"
        "Carloop           {sandbox}\n"
        "  sign in as      admin    {sandbox_password}\n"
        "  token           {token}\n\n"
        "Both run until Ctrl-C. On the command line, in another window:\n\n"
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
    "story.unexpected": "Not as expected – {why}",
    "story.broken": "The step broke off ({kind}).",
    "story.loaded": "The planner loads the provider by its entry point",
    "story.loaded.seen": "{provider} {version}, contract {contract}",
    "story.settings_right_token": "Settings: test the connection with the right token",
    "story.settings_right_token.seen": "{message}",
    "story.settings_wrong_token": "Settings: test the connection with a wrong token",
    "story.settings_wrong_token.seen": "{message}",
    "story.appointment_saved": "The appointment is saved, step 4 offers Carloop",
    "story.appointment_saved.seen": (
        "appointment {appointment_id}: period and customer taken over; locked, being from the DMS: {locked}"
    ),
    "story.filters": "Filters: vehicle classes and vehicle features",
    "story.filters.seen": "{vehicle_classes} classes, {features} features",
    "story.search": "Search available rental cars: two classes, two features",
    "story.search.seen": "{total} of {free} free cars match; chosen: {title}",
    "story.book": "Save the rental",
    "story.book.seen": "rental {rental_id}: {title}",
    "story.book_again": "The same change sent again",
    "story.book_again.seen": "the same rental {rental_id}; at Carloop: {rentals}",
    "story.already_booked": "A second booking for the appointment",
    "story.already_booked.seen": "refused: {message} ({rental_id})",
    "story.vehicle_unavailable": "Another planner takes the car first",
    "story.vehicle_unavailable.seen": "refused: {message} Alternatives: {alternatives}, such as {title}",
    "story.period_in_past": "A start in the past",
    "story.period_in_past.seen": "refused: {message}",
    "story.customer_locked": "The data of a customer from the DMS are altered",
    "story.customer_locked.seen": "refused: {message}",
    "story.change_end": "Change the rental's end",
    "story.change_end.seen": "rental {rental_id} now ends {end}",
    "story.change_end_running": "Change the rental's end while it is running",
    "story.change_end_running.seen": "rental {rental_id} has been picked up and now ends {end}",
    "story.rental_immutable": "The vehicle is to be changed along with the end",
    "story.rental_immutable.seen": "refused: {message} Where: {pointer}",
    "story.answer_lost": "Carloop books, but its answer is lost",
    "story.answer_lost.seen": "outcome unknown – neither done nor failed; then the planner crashes",
    "story.unknown_after_restart": "The planner starts again",
    "story.unknown_after_restart.seen": "the outcome is still recorded as unknown",
    "story.reconciled": "Reconcile with Carloop",
    "story.reconciled.seen": "rental {rental_id} found and linked to its appointment; at Carloop: {rentals}",
    "story.desk_swapped": "The desk swaps the car",
    "story.desk_swapped.seen": "seen after reconciling: {title}",
    "story.desk_taken_back": "The desk takes the car that is out back early",
    "story.desk_taken_back.seen": "seen after reconciling: rental {rental_id} returned",
    "story.cancel": "Cancel the rental",
    "story.cancel.seen": "rental {rental_id} is cancelled",
    "story.cancel_again": "Cancel again",
    "story.cancel_again.seen": "succeeds and changes nothing",
    "story.token_revoked": "The token is revoked in Carloop",
    "story.token_revoked.seen": "{message}",
}

"""The examples of commands that read the same in every language."""

EXAMPLES: dict[str, str] = {
    "classes.examples": "carloop classes\ncarloop classes --site nord --json",
    "features.examples": "carloop features\ncarloop features --json",
    "stations.examples": "carloop stations\ncarloop stations --json",
    "rentals.examples": "carloop rentals\ncarloop rentals --all --json\ncarloop rentals --appointment A-2026-0001",
    "recover.examples": "carloop recover\ncarloop recover --watch 30\ncarloop recover --rebuild",
    "erase.examples": "carloop erase --customer K-10023 --dry-run\n"
    "carloop erase --appointment A-2026-0001 --yes --json",
    "settings.examples": "carloop settings set\ncarloop settings test",
    "settings.show.examples": "carloop settings show\ncarloop settings show --site nord --json",
    "settings.test.examples": "carloop settings test\ncarloop settings test --site nord --json",
    "store.examples": "carloop store copy carloop.sqlite3 postgresql://carloop@db.example/carloop",
    "store.copy.examples": "carloop store copy carloop.sqlite3 postgresql://carloop@db.example/carloop\n"
    "carloop store copy postgresql://carloop@db.example/carloop carloop.sqlite3 --json",
    "doctor.examples": "carloop doctor\ncarloop doctor --json",
    "demo.examples": "carloop demo\ncarloop demo --port 0 --sandbox-port 0\ncarloop demo --scripted --json",
}

"""What an author's module loads by importing the contract."""

import json
import subprocess
import sys

_REPORT = (
    "import json, sys\nbefore = set(sys.modules)\n{}\nprint(json.dumps(sorted(set(sys.modules) - before)))"
)


def _loaded_by(statement):
    run = subprocess.run(
        [sys.executable, "-c", _REPORT.format(statement)], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def test_hookimpl_costs_nothing_but_pluggy():
    """One module of ours beside pluggy's, and no other package."""
    beside = set(_loaded_by("from mobility_hookspecs import hookimpl")) - set(_loaded_by("import pluggy"))
    assert beside == {"mobility_hookspecs"}


def test_the_host_kit_loads_the_engines_only_at_work():
    """Plain pluggy with the specs needs no host kit, and neither loads jsonschema or jsonschema_rs."""
    for statement in (
        "import mobility_hookspecs as m; m.specs",
        "from mobility_hookspecs import MobilityHost",
    ):
        loaded = _loaded_by(statement)
        assert [name for name in loaded if name.startswith(("jsonschema", "packaging"))] == []
        assert ("mobility_hookspecs.host" in loaded) == ("MobilityHost" in statement)

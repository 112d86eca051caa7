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


def test_the_specs_load_no_validation():
    """Plain pluggy with the specs needs neither schemas nor the host kit."""
    loaded = _loaded_by("import mobility_hookspecs; mobility_hookspecs.specs")
    assert [name for name in loaded if name.startswith(("mobility_schemas", "jsonschema", "packaging"))] == []
    assert "mobility_hookspecs.host" not in loaded


def test_the_host_kit_loads_the_engines_only_at_work():
    """Importing MobilityHost loads neither jsonschema nor jsonschema_rs."""
    loaded = _loaded_by("from mobility_hookspecs import MobilityHost")
    assert [name for name in loaded if name.startswith(("jsonschema", "packaging"))] == []

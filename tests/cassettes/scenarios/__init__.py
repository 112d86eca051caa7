"""The scenarios: every public function of these modules is one, and its cassette is `cassettes/PREFIX_NAME.yaml`."""

from tests.cassettes.scenarios import client, interface, plugin, refusals

MODULES = {"interface": interface, "refusal": refusals, "client": client, "plugin": plugin}

SCENARIOS = {
    f"{prefix}_{name}": function
    for prefix, module in MODULES.items()
    for name, function in vars(module).items()
    if getattr(function, "__module__", None) == module.__name__ and not name.startswith("_")
}
"""Every scenario by its cassette's name."""

"""Loading the provider costs next to nothing, and what it needs is imported when it is called."""

import json
import subprocess
import sys

SCRIPT = """
import json, sys, pluggy
import carloop_plugin.plugin as plugin
manager = pluggy.PluginManager("workshop_planner")
manager.register(plugin)
plugin.describe_mobility_provider()
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def test_nothing_heavy_is_imported_at_load():
    """Imported, registered and described: none of the libraries the hooks need is there yet."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    heavy = {
        "httpx",
        "httpcore",
        "jsonschema",
        "jsonschema_rs",
        "sqlite_utils",
        "sqlite3",
        "msgspec",
        "rich",
        "click",
        "keyring",
        "asyncio",
        "dataclasses",
    }
    assert set() == heavy & set(json.loads(done.stdout))


def test_the_plugin_has_hooks_and_nothing_else():
    """Every public name of the module is a hook of the contract."""
    from carloop_plugin import plugin
    from mobility_hookspecs import specs

    hooks = {name for name in vars(specs) if hasattr(getattr(specs, name), "workshop_planner_spec")}
    assert hooks == {name for name in vars(plugin) if hasattr(getattr(plugin, name), "workshop_planner_impl")}

"""Loading the provider: what it imports, which hooks it has, and that plain pluggy is enough."""

import json
import subprocess
import sys

import pluggy

from carloop_plugin import plugin
from mobility_hookspecs import ENTRY_POINT_GROUP, PROJECT_NAME, CallContext, specs

SCRIPT = """
import json, sys, pluggy
import carloop_plugin.plugin as plugin
manager = pluggy.PluginManager("workshop_planner")
manager.register(plugin)
plugin.describe_mobility_provider()
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
from carloop_plugin.events import CHANGE_SET_ASIDE, log_event
log_event(CHANGE_SET_ASIDE, change_id="c")
"""
HEAVY = "asyncio click dataclasses httpcore httpx jsonschema jsonschema_rs keyring msgspec rich sqlite3 sqlite_utils"


def test_loading_imports_nothing_heavy_and_logs_nothing_by_itself():
    """The hooks' libraries come later; a host without logging finds nothing on standard error."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert set(HEAVY.split()) & set(json.loads(done.stdout)) == set()
    assert done.stderr == ""


def test_the_plugin_has_hooks_and_nothing_else():
    """Every public name of the module is a hook of the contract, and none is left out."""
    hooks = {name for name in vars(specs) if hasattr(getattr(specs, name), "workshop_planner_spec")}
    found = {name for name in vars(plugin) if hasattr(getattr(plugin, name), "workshop_planner_impl")}
    assert found == hooks


def test_plain_pluggy_gets_the_same_answers(planner):
    """A host may do without the host kit, and without its isolation."""
    manager = pluggy.PluginManager(PROJECT_NAME)
    manager.add_hookspecs(specs)
    manager.load_setuptools_entrypoints(ENTRY_POINT_GROUP, name="carloop")
    manager.check_pending()
    context = CallContext.within(10)
    (step,) = manager.hook.on_appointment_saved(appointment=planner.appointment, context=context)
    assert step == planner.save()
    change = planner.booking()
    (outcome,) = manager.hook.on_rental_change(change=change, context=context)
    assert outcome == planner.do(change)
    assert manager.hook.on_rental_change(change=change | {"provider": "taxi"}, context=context) == []
    manager.hook.close_mobility_provider()
    manager.hook.close_mobility_provider()
    (states,) = manager.hook.provide_mobility_states(appointment_ids=[planner.id], context=context)
    assert states[0]["state"] == "booked"
    assert plugin in manager.get_plugins()

"""The hooks as page 3 of the contract names them, and plain pluggy with them."""

import inspect
import json
from importlib import resources

import pluggy
import pytest

import mobility_hookspecs
from mobility_hookspecs import CallContext, Capability, MobilityProblem, hookimpl, make_problem

HOOKS = {
    "describe_mobility_provider": (),
    "on_appointment_saved": ("appointment", "context"),
    "provide_mobility_filters": ("site", "context"),
    "provide_mobility_options": ("request", "context"),
    "on_rental_change": ("change", "context"),
    "provide_mobility_states": ("appointment_ids", "context"),
    "quote_rental_change": ("change", "context"),
    "reconcile_rentals": ("context",),
    "provide_provider_settings": ("site", "context"),
    "save_provider_settings": ("settings", "context"),
    "check_mobility_provider": ("site", "context"),
    "on_personal_data_erased": ("subjects", "context"),
    "close_mobility_provider": (),
}


def _specs():
    return {
        name: value
        for name, value in vars(mobility_hookspecs.specs).items()
        if hasattr(value, "workshop_planner_spec")
    }


def test_hooks_have_the_contracts_names_and_arguments():
    """There are these thirteen hooks, with these arguments and no defaults."""
    found = {name: tuple(inspect.signature(spec).parameters) for name, spec in _specs().items()}
    assert found == HOOKS


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_follows_the_docstring_skeleton(name):
    """Each says what raising means, how it is delivered, what not to do, what a host shows without it, since when."""
    text = " ".join((inspect.getdoc(_specs()[name]) or "").split())
    since = "1.1" if name == "quote_rental_change" else "1.0"
    parts = ["Raising", "Delivery:", "ust not", "Without it:", f".. versionadded:: {since}"]
    parts += [f":param {argument}:" for argument in HOOKS[name]]
    assert [part for part in parts if part not in text] == []


def test_a_host_may_use_plain_pluggy(make_provider, documents):
    """Without the host kit: add the specs, register, call, and get a list of answers or the provider's problem."""
    problem = make_problem("unreachable", locale="en")

    @hookimpl
    def provide_mobility_options(request, context):
        return documents.offer(as_of=request["period"]["start"], total=int(context.remaining() > 0))

    def check_mobility_provider():
        raise MobilityProblem(problem)

    manager = pluggy.PluginManager(mobility_hookspecs.PROJECT_NAME)
    manager.add_hookspecs(mobility_hookspecs.specs)
    hooks = (provide_mobility_options, check_mobility_provider)
    manager.register(make_provider(**{hook.__name__: hook for hook in hooks}))
    manager.check_pending()
    context = CallContext.within(3)
    offers = manager.hook.provide_mobility_options(request=documents.request(), context=context)
    assert offers == [documents.offer(as_of=documents.request()["period"]["start"])]
    with pytest.raises(MobilityProblem, match="unreachable: The provider cannot be reached") as caught:
        manager.hook.check_mobility_provider(site="main", context=context)
    assert caught.value.problem == problem


def test_public_names_of_the_package():
    """What the package offers is what it says, and every name is there."""
    assert sorted(mobility_hookspecs.__all__) == [
        *("CONTRACT_VERSION", "CallContext", "Capability", "ENTRY_POINT_GROUP"),
        *("Failure", "Gathered", "LoadError"),
        *("MobilityHost", "MobilityProblem", "PROJECT_NAME", "ProblemCode"),
        *("hookimpl", "hookspec", "make_problem", "specs"),
    ]
    assert [name for name in mobility_hookspecs.__all__ if not hasattr(mobility_hookspecs, name)] == []
    assert set(mobility_hookspecs.__all__) <= set(dir(mobility_hookspecs))


def test_the_capabilities_are_those_of_the_description():
    """The description's schema lists each of them, and is of the version that the package names."""
    schema = json.loads((resources.files("mobility_schemas") / "contract/provider_info.json").read_bytes())
    assert schema["properties"]["capabilities"]["examples"] == [[*map(str, Capability)]]
    assert f"/{mobility_hookspecs.CONTRACT_VERSION}/" in schema["$id"]

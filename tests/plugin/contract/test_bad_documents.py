"""Bad documents into every hook: a problem with a code and a pointer, never a raw exception, and nothing kept."""

import os

import pytest

from carloop_plugin import plugin
from mobility_hookspecs import CallContext
from tests.support.bad_documents import JUNK
from tests.support.hook_fuzzing import HOOKS, fuzz, is_complete, problem_of

A_FEW = 40


def test_every_hook_that_takes_something_is_fuzzed():
    """A new hook fails here until it is fuzzed, too; describing, reconciling and closing take nothing."""
    hooks = {name for name, hook in vars(plugin).items() if hasattr(hook, "workshop_planner_impl")}
    take_nothing = {"describe_mobility_provider", "reconcile_rentals", "close_mobility_provider"}
    assert hooks - take_nothing == set(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_bad_document_is_refused_and_leaves_nothing(configured, hook):
    """The problem says what is wrong and where, in two languages."""
    result = fuzz(hook, location=os.environ["CARLOOP_STORE"], each=A_FEW)
    assert (result.refused, result.raw, result.unexpected) == (A_FEW, [], [])
    assert result.kept == 0


OF_A_SITE = ["provide_mobility_filters", "provide_provider_settings", "check_mobility_provider"]


@pytest.mark.parametrize("hook", [*OF_A_SITE, "provide_mobility_states"])
def test_a_value_that_is_no_site_or_no_list_of_ids_is_refused(configured, hook):
    """The document is this value alone, so the pointer is to the whole."""
    is_list = hook == "provide_mobility_states"
    for junk in [each for each in JUNK if not (is_list and isinstance(each, list))]:
        problem = problem_of(lambda value=junk: HOOKS[hook].hook(value, CallContext.within(5)))
        assert (problem["code"], problem["pointer"]) == ("invalid_document", ""), junk


@pytest.mark.parametrize(("ids", "pointer"), [(["ok", ""], "/1"), ([5], "/0"), (["x" * 81], "/0")])
def test_the_first_wrong_id_is_named(configured, ids, pointer):
    """No ids at all are no mistake."""
    problem = problem_of(lambda: plugin.provide_mobility_states(ids, CallContext.within(5)))
    assert is_complete(problem)
    assert problem["pointer"] == pointer
    assert plugin.provide_mobility_states([], CallContext.within(5)) == []

"""Register one provider with pluggy, and check that its hooks are what the contract asks for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NoReturn, cast

import pluggy

from mobility_hookspecs import PROJECT_NAME, specs
from mobility_hookspecs._kit.rejections import LoadReason, load_problem
from mobility_hookspecs.problems import MobilityProblem

if TYPE_CHECKING:
    from mobility_hookspecs._kit.hook_call import HookFunction

DESCRIBE = "describe_mobility_provider"


def register(plugin: object, name: str, *, locale: str) -> dict[str, HookFunction]:
    """Register a provider alone, and return the hooks it implements, by name.

    Every provider has a plugin manager of its own, and so a hook caller that reaches it alone. In a shared
    one ``subset_hook_caller`` hashes and compares the plugins it leaves out, which is one provider's code
    running in another's call, and a plugin refused by ``register`` would stay.

    :raises MobilityProblem: the provider does not fulfil the contract.
    """
    manager = pluggy.PluginManager(PROJECT_NAME)
    # Before the specs: with them pluggy would refuse in a sentence of its own, in English.
    manager.register(plugin, name=name)
    hooks = {hook.name: hook for hook in _hooks_of(manager)}
    for hook in hooks.values():
        _check(hook, locale=locale)
    if DESCRIBE not in hooks:
        _refuse(LoadReason.NOT_DESCRIBED, locale=locale)
    manager.add_hookspecs(specs)
    manager.check_pending()
    return cast(
        "dict[str, HookFunction]", {hook.name: hook for hook in _hooks_of(manager) if hook.has_spec()}
    )


def _hooks_of(manager: pluggy.PluginManager) -> Iterator[pluggy.HookCaller]:
    for hook in vars(manager.hook).values():
        if isinstance(hook, pluggy.HookCaller) and hook.get_hookimpls():
            yield hook


def _check(hook: pluggy.HookCaller, *, locale: str) -> None:
    implementation, *others = hook.get_hookimpls()
    allowed = _argument_names(hook.name)
    if allowed is None:
        if not implementation.optionalhook:
            _refuse(LoadReason.UNKNOWN_HOOK, about=hook.name, locale=locale)
        return
    if others:
        _refuse(LoadReason.TWICE_IMPLEMENTED, about=hook.name, locale=locale)
    if implementation.wrapper or implementation.hookwrapper:
        _refuse(LoadReason.WRAPPER, about=hook.name, locale=locale)
    if (reason := _why_unfit(implementation.function, allowed)) is not None:
        _refuse(reason, about=hook.name, locale=locale)


def _argument_names(hook_name: str) -> frozenset[str] | None:
    spec = getattr(specs, hook_name, None)
    if spec is None or not hasattr(spec, f"{PROJECT_NAME}_spec"):
        return None
    return frozenset(inspect.signature(spec).parameters)


def _why_unfit(function: Callable[..., object], allowed: frozenset[str]) -> LoadReason | None:
    # Unwrapped: pluggy reads the arguments of what a decorator wraps, and so the kit checks that too.
    wrapped = inspect.unwrap(function)
    if inspect.iscoroutinefunction(wrapped) or inspect.isasyncgenfunction(wrapped):
        return LoadReason.ASYNC_HOOK
    if inspect.isgeneratorfunction(wrapped):
        return LoadReason.GENERATOR_HOOK
    parameters = inspect.signature(function).parameters
    if not all(_is_plain(parameter) for parameter in parameters.values()):
        return LoadReason.ARGUMENTS
    if not parameters.keys() <= allowed:
        return LoadReason.UNKNOWN_ARGUMENT
    return None


def _is_plain(parameter: inspect.Parameter) -> bool:
    # pluggy passes by position: no value reaches an argument with a default, by keyword only, or a star.
    return (
        parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        and parameter.default is parameter.empty
    )


def _refuse(reason: LoadReason, *, about: str = "", locale: str) -> NoReturn:
    raise MobilityProblem(load_problem(reason, about=about, locale=locale)) from None

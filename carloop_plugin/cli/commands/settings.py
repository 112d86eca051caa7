"""`carloop settings`: show, set and test a site's address, token and station."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, cast

import click

from carloop_plugin.cli.input import STANDARD_INPUT, is_terminal
from carloop_plugin.cli.invocation import Invocation, UsageMistake
from carloop_plugin.cli.layout import print_facts
from carloop_plugin.cli.localization import Group, option
from carloop_plugin.cli.lookups import DEFAULT_SITE
from carloop_plugin.cli.output import Exit, exit_for_findings, print_findings, printable
from carloop_plugin.cli.planner import HOST_TIMEOUT, planner_host
from carloop_plugin.cli.times import show_time
from carloop_plugin.domain.accounts import SETTING_NAMES
from carloop_plugin.domain.values import PROVIDER_ID

if TYPE_CHECKING:
    from carloop_plugin.cli.texts import Texts
    from mobility_schemas.documents import CheckReport, ProviderSettings

_LONGEST_INPUT = 1 << 16

settings = Group("settings")
"""The group `carloop settings`."""


@settings.command("show")
def show(invocation: Invocation) -> int:
    """Show what is set for a site; a secret's value never."""
    texts = invocation.texts
    with planner_host(texts) as host:
        document = host.settings(PROVIDER_ID, _site(invocation), timeout=HOST_TIMEOUT)
    invocation.answer(document, lambda: _show(document, texts))
    return Exit.DONE


@settings.command("set")
@option("--base-url", metavar="URL")
@option("--station", metavar="ID")
@option("--token-stdin", is_flag=True)
@option("--token-env", is_flag=True)
@option("--delete", "deleted", metavar="NAME", multiple=True)
def change(
    invocation: Invocation,
    base_url: str | None,
    station: str | None,
    token_stdin: bool,
    token_env: bool,
    deleted: tuple[str, ...],
) -> int:
    """Save settings of a site and test them; ask for them where none are given."""
    values: dict[str, object] = dict.fromkeys(deleted)
    if unknown := [name for name in deleted if name not in SETTING_NAMES]:
        raise UsageMistake("usage.not_one_of", value=unknown[0], known=", ".join(SETTING_NAMES))
    if token_stdin and token_env:
        raise UsageMistake("settings.one_token")
    given = {"base_url": base_url, "station": station}
    values.update({name: value for name, value in given.items() if value is not None})
    if token_stdin:
        values["token"] = _given(sys.stdin.read(_LONGEST_INPUT), STANDARD_INPUT)
    if token_env:
        # Taken out of the environment, which otherwise would fix it.
        values["token"] = _given(os.environ.pop("CARLOOP_TOKEN", ""), "CARLOOP_TOKEN")
    change = {"provider": PROVIDER_ID, "site": _site(invocation), "values": values or _ask(invocation.texts)}
    with planner_host(invocation.texts) as host:
        report = host.save_settings(cast("ProviderSettings", change), timeout=HOST_TIMEOUT)
    return _print_report(report, invocation)


@settings.command("test")
def test(invocation: Invocation) -> int:
    """Test the connection of a site."""
    with planner_host(invocation.texts) as host:
        report = host.check(PROVIDER_ID, _site(invocation), timeout=HOST_TIMEOUT)
    return _print_report(report, invocation)


def _print_report(report: CheckReport, invocation: Invocation) -> Exit:
    invocation.answer(report, lambda: print_findings(report["findings"], invocation.texts))
    return exit_for_findings(report["findings"])


def _site(invocation: Invocation) -> str:
    return invocation.site or DEFAULT_SITE


def _given(token: str, name: str) -> str:
    if not token.strip():
        raise UsageMistake("settings.no_token", name=name)
    return token.strip()


def _ask(texts: Texts) -> dict[str, object]:
    from carloop_plugin.messages import text

    if not is_terminal():
        raise UsageMistake("settings.nothing_given")
    answers: dict[str, object] = {}
    for name in SETTING_NAMES:
        question = texts("settings.ask", title=text(f"settings.{name}", texts.locale))
        is_hidden = name == "token"
        answers[name] = click.prompt(question, default="", show_default=False, hide_input=is_hidden, err=True)
    return {name: value for name, value in answers.items() if value}


def _show(document: ProviderSettings, texts: Texts) -> None:
    values, fixed = document["values"], document.get("fixed", [])
    since = {secret["name"]: secret["since"] for secret in document.get("secrets_set", [])}
    fields = cast("dict[str, dict[str, str]]", document["schema"]["properties"])
    facts: list[tuple[str, object]] = [(texts("heading.site"), document["site"])]
    for name in SETTING_NAMES:
        value: object = values.get(name)
        if name in since:
            value = texts("settings.secret_since", since=show_time(since[name], texts))
        if name in fixed:
            value = texts("settings.fixed_value", value=value or texts("settings.secret_fixed"))
        facts.append((fields[name]["title"], value))
    print_facts(facts)
    click.echo(printable(document.get("help", "")), err=True)
    for link in document.get("links", []):
        click.echo(f"{printable(link['title'])} – {printable(link['url'])}", err=True)

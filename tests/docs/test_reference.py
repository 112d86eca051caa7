"""Every hook, document, problem code, setting and command has its place in docs/reference."""

import inspect
import json
import re
from datetime import UTC, datetime, timedelta
from importlib import resources

import click
import pytest

from carloop_plugin.doctor import Diagnosis, SiteFacts
from carloop_plugin.model import (
    AccountId,
    Action,
    ChangeId,
    Contact,
    Figures,
    MovedAside,
    SettledChange,
    Site,
    UnreadableRental,
)
from mobility_hookspecs import specs
from mobility_hookspecs.problems import ProblemCode

HOOKS = {
    name: function for name, function in vars(specs).items() if hasattr(function, "workshop_planner_spec")
}


@pytest.fixture(scope="session")
def commands(generate_reference):
    """Walk the commands of both programs: each by the words one types."""
    return {
        words: command
        for program in generate_reference.PROGRAMS
        for words, command in generate_reference.walk(generate_reference.root_of(program), program)
    }


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_every_hook_with_its_exact_arguments(name, headings):
    """A hook's heading is how it is called: name and arguments, in order."""
    arguments = ", ".join(inspect.signature(HOOKS[name]).parameters)

    assert f"{name}({arguments})" in headings


def test_all_hooks_are_seen():
    """The walk over specs.py finds the twelve hooks of contract 1.0."""
    assert len(HOOKS) == 12


@pytest.mark.parametrize("code", list(ProblemCode))
def test_every_problem_code(code, root):
    """A code has a row of its own."""
    page = (root / "docs/reference/problem-codes.md").read_text("utf-8")

    assert f"\n| `{code}` |" in page


def test_every_document(headings):
    """Each document of the contract has a section."""
    folder = resources.files("mobility_schemas") / "contract"
    documents = {file.name.removesuffix(".json") for file in folder.iterdir() if file.name.endswith(".json")}

    assert len(documents) >= 17
    assert documents - headings == set()


def test_every_call_and_code_of_carloop(root):
    """Carloop's paths, and every code its document names, stand on the page of the interface."""
    page = (root / "docs/reference/carloop-interface.md").read_text("utf-8")
    text = (resources.files("mobility_schemas") / "carloop/openapi.json").read_text("utf-8")
    document = json.loads(text)
    codes = document["components"]["schemas"]["Problem"]["properties"]["code"]
    named = {*codes.get("enum", ()), *codes.get("examples", ())}

    missing = [path for path in document["paths"] if f" {path}`" not in page]
    missing += [code for code in named if f"`{code}`" not in page]

    assert missing == []


def test_every_variable_of_the_environment(root):
    """Each variable that the code reads stands on the page of settings, and none that it does not."""
    page = (root / "docs/reference/settings.md").read_text("utf-8")
    pattern = r"(?:CARLOOP|WORKSHOP_PLANNER|PLANNER_HOST)_[A-Z_]*[A-Z]"
    sources = [
        path.read_text("utf-8")
        for folder in ("carloop_plugin", "carloop_sandbox", "planner_host", "hookspecs/mobility_hookspecs")
        for path in (root / folder).rglob("*.py")
    ]

    read = set(re.findall(rf"[\"']({pattern})[\"']", "\n".join(sources)))

    assert {"CARLOOP_TOKEN", "WORKSHOP_PLANNER_DISABLE"} <= read
    assert read == set(re.findall(rf"^\| `({pattern})` \|", page, re.MULTILINE))


def test_every_field_of_the_settings_page_and_file(root):
    """Each key of the configuration file and each field of the form has a row."""
    from carloop_plugin.config_file import ENTRY_KEYS

    page = (root / "docs/reference/settings.md").read_text("utf-8")
    rows = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))

    assert set() == {*ENTRY_KEYS, "token"} - rows


def test_every_event(root):
    """Each event the log may hold has a row, with each of its fields, and each field has one."""
    from carloop_plugin.events import EVENTS, FIELDS

    page = (root / "docs/reference/events.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \|(.*)$", page, re.MULTILINE))

    assert set(rows) == {event.name for event in EVENTS} | set(FIELDS)
    assert [e.name for e in EVENTS if not all(f"`{name}`" in rows[e.name] for name in e.fields)] == []


def fields_of(value, path=""):
    """Give every field below a JSON value as the doctor's page writes it."""
    if isinstance(value, list):
        return {field for each in value for field in fields_of(each, f"{path}[]")} or {path}
    if not isinstance(value, dict) or path in ("versions", "providers[]", "load_failures[].problem"):
        return {path.removesuffix("[]")}
    if path.endswith("refused_by_code"):
        return {path}
    return {f for name, each in value.items() for f in fields_of(each, f"{path}.{name}".lstrip("."))}


def test_every_field_of_the_doctors_report(root):
    """What `carloop doctor --json` writes stands on its page, and the page names nothing else."""
    page = (root / "docs/reference/doctor.md").read_text("utf-8")
    now, booked = datetime.now(UTC), SettledChange(Action.BOOK, "done", None, 0.1)
    figures = Figures(
        *("i", "s", "wal", 0, 0, 0, now, (ChangeId("c"),), (Contact(AccountId("a"), now, timedelta()),)),
        oldest_unknown=now, settled=(booked,), moved_aside=(MovedAside("s.damaged-1", now),),
        unreadable=(UnreadableRental(AccountId("a"), "r", None, now),),
    )  # fmt: skip
    report = Diagnosis(
        versions={"python": "3"}, store="s", figures=figures,
        sites=(SiteFacts(Site("main"), None, None, False, "keyring", False),),
        providers=({"id": "carloop"},), load_failures=({"provider": "x", "problem": {"code": "busy"}},),
        findings=({"code": "c", "severity": "info", "message": "m", "hint": "h"},),
    ).document()  # fmt: skip
    rows = set(re.findall(r"^\| `([a-z_.0-9\[\]]+)` \|", page, re.MULTILINE))

    assert fields_of(report) | {"store.changes.seconds"} == rows


def test_every_command_and_option(commands, reference, headings):
    """Each command has a section, and each of its options stands in it."""
    missing = []
    for path, command in commands.items():
        if command.hidden:
            continue
        if path not in headings:
            missing.append(path)
            continue
        section = reference.split(f"### `{path}`\n", 1)[1].split("\n### ", 1)[0]
        options = [option for p in command.params if isinstance(p, click.Option) for option in p.opts]
        missing += [f"{path} {option}" for option in options if option not in section]

    assert missing == []


@pytest.mark.parametrize(
    "words",
    [
        "carloop demo", "carloop settings show", "carloop settings set", "carloop settings test", "carloop doctor",
        "carloop appointment save", "carloop book", "carloop classes", "carloop features", "carloop search",
        "carloop change-end", "carloop cancel", "carloop rentals", "carloop recover", "carloop erase",
        "carloop store copy", "carloop-sandbox serve", "planner-host serve", "planner-host account",
    ],
)  # fmt: skip
def test_the_promised_commands_exist(words, commands):
    """The commands that the documentation speaks of are there."""
    assert words in commands


def test_what_is_generated_has_not_drifted(generate_reference):
    """The generated parts are what the code says now; `make docs` writes them."""
    assert generate_reference.drifted() == []

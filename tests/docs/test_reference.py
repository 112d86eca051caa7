"""The reference is complete: generated parts are up to date, the others name everything there is."""

import inspect
import json
import re
from datetime import UTC, datetime, timedelta
from importlib import resources

from carloop_plugin.cli.commands.doctor import doctor_document
from carloop_plugin.domain.accounts import Contact
from carloop_plugin.domain.changes import Action
from carloop_plugin.domain.figures import Figures, MovedAside, SettledChange
from carloop_plugin.domain.rentals import UnreadableRental
from carloop_plugin.domain.values import AccountId, ChangeId, Site
from carloop_plugin.settings.check import Finding
from carloop_plugin.settings.doctor import DoctorReport, SiteSummary
from carloop_plugin.settings.environment import ENTRY_KEYS
from mobility_hookspecs import specs

COMMANDS = {
    "carloop demo", "carloop settings show", "carloop settings set", "carloop settings test", "carloop doctor",
    "carloop appointment save", "carloop book", "carloop classes", "carloop features", "carloop stations",
    "carloop search", "carloop change-end", "carloop rebook", "carloop cancel", "carloop rentals", "carloop recover",
    "carloop erase", "carloop store copy", "carloop-sandbox serve", "planner-host serve", "planner-host account",
}  # fmt: skip


def test_what_is_generated_has_not_drifted(generate_reference):
    """Hooks, documents, problem codes, commands and events are up to date; `make docs` writes them."""
    assert generate_reference.drifted() == []


def test_every_hook_with_its_exact_arguments(headings):
    """A hook's heading is its name with its arguments, in order; contract 1.1 has thirteen."""
    hooks = {
        f"{name}({', '.join(inspect.signature(function).parameters)})"
        for name, function in vars(specs).items()
        if hasattr(function, "workshop_planner_spec")
    }

    assert len(hooks) == 13
    assert hooks - headings == set()


def test_the_promised_commands_have_a_section(headings):
    """Each command that was promised has a section."""
    assert COMMANDS - headings == set()


def test_every_call_and_code_of_carloop(root):
    """The page of the interface has all of Carloop's paths, and every code that its document names."""
    page = (root / "docs/reference/carloop-interface.md").read_text("utf-8")
    text = (resources.files("mobility_schemas") / "carloop/openapi.json").read_text("utf-8")
    document = json.loads(text)
    codes = document["components"]["schemas"]["Problem"]["properties"]["code"]
    named = {*codes.get("enum", ()), *codes.get("examples", ())}

    missing = [path for path in document["paths"] if f" {path}`" not in page]
    missing += [code for code in named if f"`{code}`" not in page]

    assert missing == []


def test_every_variable_of_the_environment(root):
    """The page of settings has each variable that the code reads, and no other."""
    page = (root / "docs/reference/settings.md").read_text("utf-8")
    pattern = r"(?:CARLOOP|WORKSHOP_PLANNER|PLANNER_HOST)_[A-Z_]*[A-Z]"
    sources = [
        path.read_text("utf-8")
        for folder in ("carloop_plugin", "demo", "hookspecs/mobility_hookspecs")
        for path in (root / folder).rglob("*.py")
    ]

    read = set(re.findall(rf"[\"']({pattern})[\"']", "\n".join(sources)))

    assert {"CARLOOP_TOKEN", "WORKSHOP_PLANNER_DISABLE"} <= read
    assert read == set(re.findall(rf"^\| `({pattern})` \|", page, re.MULTILINE))


def test_every_field_of_the_settings_page_and_file(root):
    """Each key of the configuration file and each field of the form has a row."""
    page = (root / "docs/reference/settings.md").read_text("utf-8")
    rows = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))

    assert {*ENTRY_KEYS, "token"} - rows == set()


def fields_of(value, path=""):
    """Return every field below a JSON value as the doctor's page writes it."""
    if isinstance(value, list):
        return {field for each in value for field in fields_of(each, f"{path}[]")} or {path}
    if not isinstance(value, dict) or path in ("versions", "providers[]", "load_failures[].problem"):
        return {path.removesuffix("[]")}
    if path.endswith("refused_by_code"):
        return {path}
    return {f for name, each in value.items() for f in fields_of(each, f"{path}.{name}".lstrip("."))}


def test_every_field_of_the_doctors_report(root):
    """The doctor's page has each field of `carloop doctor --json`, and no other."""
    page = (root / "docs/reference/doctor.md").read_text("utf-8")
    now, booked = datetime.now(UTC), SettledChange(Action.BOOK, "done", None, 0.1)
    figures = Figures(
        *("i", "s", "wal", 0, 0, 0, now, (ChangeId("c"),), (Contact(AccountId("a"), now, timedelta()),)),
        oldest_unknown=now, settled=(booked,), moved_aside=(MovedAside("s.damaged-1", now),),
        unreadable=(UnreadableRental(AccountId("a"), "r", None, now),),
    )  # fmt: skip
    report = DoctorReport(
        versions={"python": "3"}, store="s", figures=figures,
        sites=(SiteSummary(Site("main"), None, None, False, "keyring", False),),
        providers=({"id": "carloop"},), load_failures=({"provider": "x", "problem": {"code": "busy"}},),
        findings=(Finding("clock_skew", "info", "check.no_token"),),
    )  # fmt: skip
    rows = set(re.findall(r"^\| `([a-z_.0-9\[\]]+)` \|", page, re.MULTILINE))

    assert fields_of(doctor_document(report, locale="en")) | {"store.changes.seconds"} == rows

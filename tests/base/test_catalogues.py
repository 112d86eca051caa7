"""The catalogues hold together: both languages say the same, what is used exists, and what exists is used.

A key is used as `t("…")` or `n("…")` in a template, `.text("…")` or `.count("…")` or `Refused(status, "…")` in Python;
and any text that looks like a key is one, since it may be handed on.
One that is put together (`"state." ~ state`, `f"state.{state}"`) is the pattern `state.*`, and DECLARED says what
stands in the place of the asterisk.
"""

import ast
import itertools
import re
import string
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from carloop_sandbox.pages import rentals, vehicle_rows
from carloop_sandbox.rentals.desk import ACTIONS
from carloop_story import after_crash, before_crash
from carloop_story.steps import steps_of
from planner_host.appointments.appointment import MANUAL_FIELDS, VEHICLE_FIELDS
from planner_host.mobility.states import ORDER

ROOT = Path(__file__).resolve().parents[2]
BASE = "web_base"
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_*]+)+(?<!\.html)")
PACKAGES = [BASE, "carloop_sandbox", "carloop_story", "planner_host"]
STEPS = " ".join(step.__name__ for part in (before_crash, after_crash) for step in steps_of(part))
CONFLICTS = (
    *(f"customer_{name}" for name in MANUAL_FIELDS),
    *(f"vehicle_{name}" for name in VEHICLE_FIELDS),
    *("start_date", "start_time", "end_date", "end_time", "work"),
)

CHANGES = "book change_end cancel withdraw rebook"
STATUSES = "reserved picked_up returned"
DECLARED = {
    "web_base": {
        "role.*": "admin advisor",
        # what SafePages refuses; the other reasons are given to Refused by name
        "refused.*.title": "foreign_origin unknown_host",
        "refused.*.help": "foreign_origin unknown_host",
    },
    "carloop_sandbox": {
        "nav.*": "overview rentals vehicles timeline administration",
        "vehicle.state.*": " ".join(vehicle_rows.STATES),
        "vehicle.fuel.*": "petrol diesel electric hybrid plug_in_hybrid",
        "vehicle.transmission.*": "manual automatic",
        "rental.state.*": " ".join(rentals.STATES),
        "rentals.kind.*": " ".join(rentals.CONDITIONS),
        "customer.*": "phone mobile email number company first_name last_name",
        "moment.*_day": "start end",
        "moment.*_time": "start end",
        "desk.*": "hand_out take_back cancel overdue missed",
        "desk.done.*": " ".join((*ACTIONS, "made")),
        "desk.refused.*": "changed_elsewhere rental_closed validation_failed vehicle_unavailable wrong_status"
        " period_in_past period_invalid",
        "testing.done.*": "armed disarmed reset",
        "tokens.notice.*": "again revoked",
        "tokens.refused.*": "idempotency_key_reused label_exists not_found",
    },
    "carloop_story": {"step.*.title": STEPS, "step.*.seen": STEPS},
    "planner_host": {
        "nav.*": "today week new settings accounts privacy audit",
        "today.do.*": "change_end rebook book cancel",
        "do.*": "change_end rebook book cancel",
        "offers.order.*": "best price station",
        **{f"offers.{each}.*": "start end" for each in ("closed", "all_closed", "outside")},
        "conflict.fields.*": " ".join(CONFLICTS),
        "conflict.status.*": "scheduled cancelled",
        "customer.*": " ".join(MANUAL_FIELDS),
        "accounts.refused.*": "no_account last_admin",
        "accounts.role.*": "admin advisor",
        "accounts.said.*": "account_disabled account_enabled account_deleted",
        "audit.action.*": f"{CHANGES} settings appointment_new appointment_scheduled appointment_cancelled"
        " appointment_taken_up account_set account_disabled account_enabled account_deleted password_changed"
        " erasure retention password_reset",
        "accounts.*_question": "delete reset",
        "accounts.*_yes": "delete reset",
        "accounts.*_note": "delete reset",
        "finding.*": "dms_busy dms_not_writable dms_damaged dms_newer dms_full dms_failed csv_unreadable csv_encoding"
        " csv_empty csv_delimiter csv_column_missing csv_column_twice csv_quotes csv_cells csv_value_missing"
        " csv_name_missing csv_car_empty csv_too_long csv_control_character csv_number_twice csv_customer_unknown",
        "offers.*": "alternatives rest",
        "differs.*": "vehicle_class features period station",
        "kind.*": "rental_car courtesy_car bike taxi transit other",
        "audit.*": "when who what outcome reason settled_at subject provider rental car",
        "outcome.*": "done saved refused unknown open partial",
        "privacy.held.*": "pending rental silent",
        "privacy.place.*": "planner dms",
        "privacy.state.*": "open partial done",
        "refusal.*": CHANGES,
        "refusal.next.*": CHANGES,
        "said.*": CHANGES,
        "settings.*": "tried.good tried.bad tried.refused checked.good checked.bad",
        "state.*": " ".join(ORDER),
        "status.*": STATUSES,
        "typed.*": "day time midnight missing_hour twice",
        "unknown.help.*": "book change_end cancel rebook",
        "unknown.title.*": "book change_end cancel rebook",
    },
}


@dataclass(frozen=True)
class Use:
    """One place that asks for a text: its key or pattern, and, where that can be seen, how it asks."""

    key: str
    place: str
    counts: bool = False
    values: frozenset[str] | None = None


@cache
def catalogue(package, language, domain="messages"):
    """Read a catalogue: each key with its text, or its singular and plural."""
    with (ROOT / "demo" / package / "locale" / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=language) if message.id]
    assert not any(message.fuzzy for message in messages)
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            (message.string,) if isinstance(message.string, str) else tuple(message.string)
        )
        for message in messages
    }


def placeholders(texts):
    """Name the values that a text shows."""
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


@cache
def uses_of(package):
    """Find every place of a package that asks for a text."""
    spaces = {key.partition(".")[0] for key in catalogue(package, "de")}
    found = [use for path in (ROOT / "demo" / package).rglob("*.py") for use in uses_in_python(path, spaces)]
    return found + [
        use for path in (ROOT / "demo" / package).rglob("*.html") for use in uses_in_template(path, spaces)
    ]


def uses_in_template(path, spaces):
    """Find the calls of `t` and `n`, and whatever else looks like a key."""
    source = Environment(autoescape=True).parse(path.read_text("utf-8"))
    for text in source.find_all(nodes.Const):
        if KEY.fullmatch(str(text.value)) and text.value.partition(".")[0] in spaces:
            yield Use(text.value, f"{path.name}:{text.lineno}")
    for call in source.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ("t", "n"):
            values = frozenset(each.key for each in call.kwargs)
            for key in keys_in_template(call.args[0]):
                if key != "*":  # Python's, handed on
                    yield Use(key, f"{path.name}:{call.lineno}", call.node.name == "n", values)


def keys_in_template(node):
    """Return the keys or patterns that an expression of a template can be."""
    if isinstance(node, nodes.Const):
        yield node.value
    elif isinstance(node, nodes.Concat):
        yield from map("".join, itertools.product(*map(keys_in_template, node.nodes)))
    elif isinstance(node, nodes.CondExpr):
        yield from keys_in_template(node.expr1)
        yield from keys_in_template(node.expr2)
    elif isinstance(node, nodes.Or):
        yield from keys_in_template(node.left)
        yield from keys_in_template(node.right)
    else:
        yield "*"


def uses_in_python(path, spaces):
    """Find the calls of `.text`, `.count` and `Refused`, and whatever else looks like a key."""
    source = ast.parse(path.read_text("utf-8"))
    refuses = path.name in ("forms.py", "pages.py") or any(
        isinstance(node, ast.ImportFrom)
        and node.module == "web_base.pages"
        and "Refused" in [each.name for each in node.names]
        for node in source.body
    )
    for call in ast.walk(source):
        if isinstance(call, ast.Constant | ast.JoinedStr):
            for key in keys_in_python(call):
                if KEY.fullmatch(key) and key.partition(".")[0] in spaces:
                    yield Use(key, f"{path.name}:{call.lineno}")
        if not isinstance(call, ast.Call):
            continue
        place = f"{path.name}:{call.lineno}"
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("text", "count") and call.args:
            names = [each.arg for each in call.keywords]
            values = None if None in names else frozenset(names)  # None: `**values`
            for key in keys_in_python(call.args[0]):
                yield Use(key, place, call.func.attr == "count", values)
        elif refuses and isinstance(call.func, ast.Name) and call.func.id == "Refused":
            for reason in keys_in_python(call.args[1]):
                yield Use(f"refused.{reason}.title", place)
                yield Use(f"refused.{reason}.help", place)


def keys_in_python(node):
    """Return the keys or patterns that an expression can be; a bare name is somebody else's key handed on."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(each.value) if isinstance(each, ast.Constant) else "*" for each in node.values)
    elif isinstance(node, ast.IfExp):
        yield from keys_in_python(node.body)
        yield from keys_in_python(node.orelse)


def spelt_out(package, use):
    """Return the keys that a use stands for."""
    if "*" not in use.key:
        return [use.key]
    declared = DECLARED.get(package, {})
    assert use.key in declared, f"{package}, {use.place}: DECLARED does not say what {use.key} stands for"
    return [use.key.replace("*", value) for value in declared[use.key].split()]


@pytest.mark.parametrize(
    ("package", "domain"),
    [(each, "messages") for each in PACKAGES]
    + [(each, "program") for each in PACKAGES if each != "carloop_story"],
)
def test_both_languages_have_the_same_texts(package, domain):
    """The same keys, each with the same values to show and as many forms, none of them empty."""
    german, english = catalogue(package, "de", domain), catalogue(package, "en", domain)

    assert set(german) == set(english)
    assert [key for key, texts in (german | english).items() if not all(text.strip() for text in texts)] == []
    assert [key for key in german if len(german[key]) != len(english[key])] == []
    assert [key for key in german if placeholders(german[key]) != placeholders(english[key])] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_what_is_used_exists(package):
    """Each text that is asked for is in the package's own catalogue or in the shared one, its values handed over."""
    texts = catalogue(BASE, "de") | catalogue(package, "de")
    missing, wrong = [], []
    shown_by = {package} if package == "carloop_story" else {package, BASE}  # the story has no pages
    asked = [(each, use) for each in shown_by for use in uses_of(each)]
    for asker, use in asked:
        for key in spelt_out(asker, use):
            if key not in texts:
                missing.append(f"{use.place} {key}")
            elif use.values is None:
                continue
            elif use.counts != (len(texts[key]) == 2):
                wrong.append(f"{use.place} {key}: singular and plural belong to n, others to t")
            elif not placeholders(texts[key]) <= use.values | ({"n"} if use.counts else set()):
                wrong.append(f"{use.place} {key}: {placeholders(texts[key])}")

    if package == BASE:  # some texts of the shared pages are each program's own
        missing = [
            each for each in missing if not each.endswith(("program.name", "program.footer", "sign_in.help"))
        ]
    assert missing == []
    assert wrong == []


@pytest.mark.parametrize("package", PACKAGES)
def test_what_exists_is_used(package):
    """No text that nobody asks for."""
    askers = PACKAGES if package == BASE else [BASE, package]
    used = {key for asker in askers for use in uses_of(asker) for key in spelt_out(asker, use)}

    assert set(catalogue(package, "de")) - used == set()

"""A provider's settings as a form: made from its JSON Schema, and read back into values.

The schema is the provider's, and may hold anything: what is not understood becomes a line of text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from web_base.pages import Form

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

    Value: TypeAlias = str | float | bool | list[contract.Value] | None

PREFIX: Final = "value_"
CLEAR: Final = "clear_"
LONGEST: Final = 2_000
_KINDS: Final = {"boolean": "switch", "number": "number", "integer": "number", "array": "list"}
# Problems that an address brings; a field of one is known by its name.
_OF_ADDRESSES: Final = frozenset({"insecure_address", "unreachable"})
# What every number format of the providers' can hold.
_LARGEST: Final = 2**53


@dataclass(frozen=True, slots=True)
class Setting:
    """One field. `kind` is `text`, `secret`, `number`, `switch`, `choice` or `list`, which has a line for each.

    :ivar choices: what can be chosen, by the text that is sent; `labels` say what each is called.
    """

    name: str
    title: str
    help: str
    kind: str
    value: str
    is_fixed: bool
    longest: int
    choices: Mapping[str, Value]
    labels: Mapping[str, str]
    set_since: datetime | None = None


def fields_of(settings: contract.ProviderSettings, *, sent: Form | None = None) -> list[Setting]:
    """Return the fields in the schema's order, with what was sent, else with what is set; secrets are always empty."""
    properties = _mapping(settings.get("schema", {}).get("properties"))
    described = sorted(((name, _mapping(each)) for name, each in properties.items()), key=_order)
    return [_field(name, each, settings, sent) for name, each in described]


def values_of(fields: Sequence[Setting], form: Form) -> dict[str, Value]:
    """Read the values to save: a secret left empty is kept, one whose removal is ticked is deleted."""
    values: dict[str, Value] = {}
    for each in fields:
        text = form[PREFIX + each.name]
        if each.is_fixed:
            continue
        if each.kind != "secret":
            values[each.name] = _read(each, text)
        elif text or form[CLEAR + each.name]:
            values[each.name] = text or None
    return values


def is_changed(settings: contract.ProviderSettings, sent: Form) -> bool:
    """Return whether what was sent differs from what is set."""
    fields = fields_of(settings)
    secrets = values_of([each for each in fields if each.kind == "secret"], sent)
    return bool(secrets) or fields != fields_of(settings, sent=sent)


def tested_of(settings: contract.ProviderSettings) -> str:
    """Return the settings that were tested, secrets aside."""
    shown = [each for each in fields_of(settings) if each.kind not in ("secret", "switch") and each.value]
    values = [each.labels.get(each.value, each.value) for each in shown]
    return ", ".join(
        f"{each.title}: {' '.join(value.split())}" for each, value in zip(shown, values, strict=True)
    )


def mistakes_of(
    fields: Sequence[Setting], *, report: contract.CheckReport | None, problem: contract.Problem | None
) -> dict[str, str]:
    """Return what is wrong with which field: what a problem points at, and what a finding's code is about."""
    findings = report["findings"] if report else []
    mistakes: dict[str, str] = {}
    if problem:
        named = problem.get("pointer", "").removeprefix("/values/")
        mistakes |= {
            each.name: problem.get("detail", problem["title"]) for each in fields if each.name == named
        }
    # Where nothing was saved for the address that was typed, "not configured" is about that address.
    is_refused = any(each["code"] == "not_saved" for each in findings)
    for finding in findings:
        code = finding["code"]
        if code == "not_configured" and is_refused:
            code = "insecure_address"
        for each in fields:
            if finding["severity"] == "error" and not each.is_fixed and _is_about(code, each):
                mistakes.setdefault(each.name, finding["message"])
    return mistakes


def _is_about(code: str, setting: Setting) -> bool:
    # The contract names no field in a finding, so it is known by what such a field is called, or holds.
    is_address, is_secret = setting.name.endswith("url"), setting.kind == "secret"
    if code == "not_configured":
        return (is_address or is_secret) and not setting.value and setting.set_since is None
    if code in _OF_ADDRESSES:
        return is_address
    return is_secret if code == "not_authorised" else code.startswith(f"{setting.name}_")


def _read(setting: Setting, text: str) -> Value:
    if setting.kind == "switch":
        return text == "on"
    if setting.kind == "number" and text:
        return _number(text)
    if setting.kind == "list":
        return [line.strip() for line in text.splitlines() if line.strip()] or None
    return setting.choices.get(text, text or None)


def _field(
    name: str, described: Mapping[str, object], settings: contract.ProviderSettings, sent: Form | None
) -> Setting:
    kind = _kind(described)
    since = {each["name"]: datetime.fromisoformat(each["since"]) for each in settings.get("secrets_set", [])}
    is_fixed = name in settings.get("fixed", [])
    value = _written(settings["values"].get(name, described.get("default")))
    if kind == "switch":
        value = "on" if value == "true" else ""
    if sent is not None and not is_fixed:
        value = sent[PREFIX + name]
    longest = described.get("maxLength")
    choices = _choices(described) if kind == "choice" else {}
    return Setting(
        name=name,
        title=str(described.get("title", name)),
        help=str(described.get("description", "")),
        kind=kind,
        value="" if kind == "secret" else value,
        is_fixed=is_fixed,
        longest=longest if isinstance(longest, int) and longest > 0 else LONGEST,
        choices={text: each for text, (each, _) in choices.items() if each is not None},
        labels=_labels(choices, value),
        set_since=since.get(name),
    )


def _choices(described: Mapping[str, object]) -> dict[str, tuple[Value, str]]:
    """Return the values of an `enum`, or of a `oneOf` that names them, by text; null is the empty text."""
    named = [_mapping(each) for each in _list(described.get("oneOf"))]
    values = [(each, each) for each in _list(described.get("enum"))]
    values += [(each["const"], each.get("title", each["const"])) for each in named if "const" in each]
    return {_written(each): (cast("Value", each), _written(label)) for each, label in values}


def _labels(choices: Mapping[str, tuple[Value, str]], value: str) -> dict[str, str]:
    """Return what each choice is called; what is set stays one, though it cannot be chosen any more."""
    named = {text: label for text, (_, label) in choices.items()}
    return {"": ""} | {value: value} | named if choices else {}


def _kind(described: Mapping[str, object]) -> str:
    if described.get("writeOnly") is True:
        return "secret"
    if _choices(described):
        return "choice"
    types = described.get("type")
    named = types if isinstance(types, list) else [types]
    return next((_KINDS[each] for each in named if isinstance(each, str) and each in _KINDS), "text")


def _written(value: object) -> str:
    """Return a value as the text of a field."""
    if isinstance(value, list):
        return "\n".join(map(_written, value))
    if isinstance(value, bool):
        return str(value).lower()
    # JSON knows no whole numbers: `5.0` is the 5 that somebody typed.
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return "" if whole is None else str(whole)


def _number(text: str) -> float | str:
    """Read a number; any other text is left to the provider, who says what is wrong with it."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    if not math.isfinite(number) or abs(number) > _LARGEST:
        return text
    return int(number) if number.is_integer() else number


def _order(described: tuple[str, Mapping[str, object]]) -> float:
    order = described[1].get("x-order")
    return order if isinstance(order, int | float) else math.inf


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []

"""A provider's settings as a form: drawn from its JSON Schema, read back into values. Nothing here knows a provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from demo_base.pages import Form

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

PREFIX = "value_"
CLEAR = "clear_"


@dataclass(frozen=True, slots=True)
class Setting:
    """One field. `kind` is `text`, `secret`, `number`, `switch` or `choice`."""

    name: str
    title: str
    help: str
    kind: str
    value: str
    is_fixed: bool
    longest: int
    choices: tuple[str, ...] = ()
    set_since: datetime | None = None


def fields_of(settings: contract.ProviderSettings, *, sent: Form | None = None) -> list[Setting]:
    """Draw the fields in the schema's order, with what was sent, else with what is set; secrets are always empty."""
    schema = settings.get("schema", {})
    properties = cast("Mapping[str, Mapping[str, object]]", schema.get("properties", {}))
    since = {each["name"]: datetime.fromisoformat(each["since"]) for each in settings.get("secrets_set", [])}
    fixed = settings.get("fixed", [])
    ordered = sorted(properties.items(), key=lambda item: cast("float", item[1].get("x-order", 1_000)))
    return [_field(name, described, settings, sent, since.get(name), fixed) for name, described in ordered]


def values_of(
    fields: Sequence[Setting], form: Form
) -> dict[str, str | float | bool | list[contract.Value] | None]:
    """Read the values to save: a secret left empty is kept, one whose removal is ticked is deleted."""
    values: dict[str, str | float | bool | list[contract.Value] | None] = {}
    for each in fields:
        text = form[PREFIX + each.name]
        if each.is_fixed:
            continue
        if each.kind == "secret":
            if text:
                values[each.name] = text
            elif form[CLEAR + each.name]:
                values[each.name] = None
        elif each.kind == "switch":
            values[each.name] = text == "on"
        elif each.kind == "number" and text:
            values[each.name] = _number(text)
        else:
            values[each.name] = text or None
    return values


def _field(
    name: str,
    described: Mapping[str, object],
    settings: contract.ProviderSettings,
    sent: Form | None,
    since: datetime | None,
    fixed: Sequence[str],
) -> Setting:
    kind = _kind(described)
    present = settings["values"].get(name)
    value = "" if present is None else str(present)
    if kind == "switch":
        value = "on" if present is True else ""
    if sent is not None and name not in fixed:
        value = sent[PREFIX + name]
    return Setting(
        name=name,
        title=str(described.get("title", name)),
        help=str(described.get("description", "")),
        kind=kind,
        value="" if kind == "secret" else value,
        is_fixed=name in fixed,
        longest=int(cast("int", described.get("maxLength", 2_000))),
        choices=tuple(str(each) for each in cast("Sequence[object]", described.get("enum", ()))),
        set_since=since,
    )


def _kind(described: Mapping[str, object]) -> str:
    if described.get("writeOnly") is True:
        return "secret"
    if "enum" in described:
        return "choice"
    named = {"boolean": "switch", "number": "number", "integer": "number"}
    return named.get(str(described.get("type")), "text")


def _number(text: str) -> float | str:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text  # the provider says what is wrong with it
    return int(number) if number.is_integer() else number

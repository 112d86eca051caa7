"""Say why a document is refused: jsonschema-rs names the place, jsonschema explains that place alone.

jsonschema is never given the whole document: over 10,000 options it takes seconds. It is given the refused element and
the one keyword that refused it. Where it sees nothing wrong, jsonschema-rs's word stands, and the keyword says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from mobility_schemas.bundle import bundle, field_names
from mobility_schemas.catalogue import Schema
from mobility_schemas.engines import decider, explainer
from mobility_schemas.finding import Reason
from mobility_schemas.plain import first_foreign
from mobility_schemas.wording import Complaint, complaints

if TYPE_CHECKING:
    import jsonschema_rs

Path = list[str | int]

_LONGEST_NAME = 100
"""An unknown field with a longer name is pointed at by the object that holds it."""


def reasons(document: object, name: str, closed: bool, *, most: int) -> list[Reason]:
    """Give at least one and at most `most` reasons why a refused document is refused, the deciding one first."""
    found: dict[tuple[str, str], Reason] = {}
    for complaint in _all_complaints(document, name, closed, most):
        reason = _reason(name, complaint)
        found.setdefault((reason.pointer, reason.key), reason)
        if len(found) == most:
            break
    return list(found.values()) or [foreign_reason(document, name)]


def foreign_reason(document: object, name: str) -> Reason:
    """Give the reason why a document is refused that holds something JSON does not have."""
    path, what = first_foreign(document) or ([], "not_json")
    return _reason(name, Complaint(path, what))


def _all_complaints(document: object, name: str, closed: bool, most: int) -> Iterator[Complaint]:
    schema = bundle(name, closed)
    for error in _refusals(document, name, closed, most):
        path = list(error.instance_path)
        for complaint in _explained(_at(document, path), error, schema):
            yield Complaint(path + complaint.path, complaint.key, complaint.details)


def _refusals(document: object, name: str, closed: bool, most: int) -> list[jsonschema_rs.ValidationError]:
    """Ask the engine that decides for its errors; all of them are made at once, so one is asked for alone."""
    import jsonschema_rs

    engine = decider(name, closed)
    try:
        if most > 1:
            return list(islice(engine.iter_errors(document), most))
        engine.validate(document)
    except jsonschema_rs.ValidationError as error:
        return [error]
    except Exception:  # noqa: BLE001 - something that JSON does not have, and that only the engine noticed
        return []
    return []


def _explained(element: object, error: jsonschema_rs.ValidationError, schema: Schema) -> list[Complaint]:
    """Explain one refusal of an element; never empty."""
    keyword, alone = _keyword_alone(schema, error.schema_path)
    if keyword in ("anyOf", "oneOf", "not"):  # the others refer to nothing
        alone["$defs"] = schema["$defs"]
    try:
        errors = explainer(alone).iter_errors(element)
        said = [complaint for each in errors for complaint in complaints(each)]
    except RuntimeError:
        raise  # the self-test failed
    except Exception:  # noqa: BLE001 - the document is refused already; a failing explanation must not hide that
        said = []
    return said or [Complaint([], keyword)]


def _keyword_alone(schema: Schema, path: Iterable[str | int]) -> tuple[str, Schema]:
    """Find the keyword that refused, and make a schema of it and what it needs beside it."""
    *above, last = path
    keyword, holder = str(last), _at(schema, above)
    if not isinstance(holder, dict) or (keyword != "additionalProperties" and holder.get(keyword) is False):
        return "not", {"not": {}}  # the "keyword" is the name of a field that may not be there
    alone: Schema = {keyword: holder.get(keyword), "examples": holder.get("examples", [])}
    if keyword == "additionalProperties":
        known = holder.get("properties")
        alone["properties"] = dict.fromkeys(known, True) if isinstance(known, dict) else {}
    return keyword, alone


def _at(value: object, path: Iterable[str | int]) -> object:
    """Follow a path through dicts, lists and tuples, whatever a subclass makes of `[]`."""
    for step in path:
        if isinstance(value, dict):
            value = dict.__getitem__(value, step)
        elif isinstance(value, list) and isinstance(step, int):
            value = list.__getitem__(value, step)
        elif isinstance(value, tuple) and isinstance(step, int):
            value = value[step]
    return value


def _reason(name: str, complaint: Complaint) -> Reason:
    path = list(takewhile(_presentable, complaint.path))
    known = field_names(name)
    place = [step if isinstance(step, int) or step in known else "…" for step in path]
    return Reason(_pointer(path), _pointer(place), complaint.key, complaint.details)


def _presentable(step: str | int) -> bool:
    if isinstance(step, int):
        return True
    return len(step) <= _LONGEST_NAME and step.isprintable()


def _pointer(path: Iterable[str | int]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)

"""Why a document is refused: jsonschema-rs names the place, jsonschema explains that place alone.

jsonschema is never given the whole document: over 10,000 options it takes seconds. It is given the refused element and
the one keyword that refused it. Where it finds nothing wrong, the document stays refused, with the keyword as reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from mobility_schemas.finding import RefusalReason
from mobility_schemas.plain import first_not_plain, is_plain
from mobility_schemas.validators import Schema, bundle, explainer, field_names, validator
from mobility_schemas.violations import Violation, violations

if TYPE_CHECKING:
    import jsonschema_rs

Path = list[str | int]

_LONGEST_NAME = 100
"""An unknown field with a longer name is pointed at by the object that holds it."""


def reasons(document: object, name: str, closed: bool, *, most: int) -> list[RefusalReason]:
    """Return at least one and at most `most` reasons why a refused document is refused, the deciding one first."""
    if not is_plain(document):
        return [_reason_not_plain(document, name)]
    found: dict[tuple[str, str], RefusalReason] = {}
    for violation in _all_violations(document, name, closed, most):
        reason = _reason(name, violation)
        found.setdefault((reason.pointer, reason.key), reason)
        if len(found) == most:
            break
    return list(found.values()) or [_reason_not_plain(document, name)]


def _reason_not_plain(document: object, name: str) -> RefusalReason:
    path, what = first_not_plain(document) or ([], "not_json")
    return _reason(name, Violation(path, what))


def _all_violations(document: object, name: str, closed: bool, most: int) -> Iterator[Violation]:
    schema = bundle(name, "closed" if closed else "open")
    for error in _refusals(document, name, closed, most):
        path = list(error.instance_path)
        for violation in _explained(_at(document, path), error, schema):
            yield Violation(path + violation.path, violation.key, violation.details)


def _refusals(document: object, name: str, closed: bool, most: int) -> list[jsonschema_rs.ValidationError]:
    """Return the errors of the engine that decides; it makes all of them at once, so one is asked for alone."""
    import jsonschema_rs

    engine = validator(name, "closed" if closed else "open")
    try:
        if most > 1:
            return list(islice(engine.iter_errors(document), most))
        engine.validate(document)
    except jsonschema_rs.ValidationError as error:
        return [error]
    except Exception:  # noqa: BLE001 - something that JSON does not have, and that only the engine noticed
        return []
    return []


def _explained(element: object, error: jsonschema_rs.ValidationError, schema: Schema) -> list[Violation]:
    """Explain one refusal of an element; never empty."""
    keyword, alone = _keyword_alone(schema, error.schema_path)
    if keyword in ("anyOf", "oneOf", "not"):  # the others refer to nothing
        alone["$defs"] = schema["$defs"]
    try:
        errors = explainer(alone).iter_errors(element)
        found = [violation for each in errors for violation in violations(each)]
    except RuntimeError:
        raise  # the self-test failed
    except Exception:  # noqa: BLE001 - the document is refused already; a failing explanation must not hide that
        found = []
    return found or [Violation([], keyword)]


def _keyword_alone(schema: Schema, path: Iterable[str | int]) -> tuple[str, Schema]:
    """Find the keyword that refused, and make a schema of it and what it needs beside it."""
    *above, last = path
    keyword, holder = str(last), _at(schema, above)
    if not isinstance(holder, dict) or (keyword != "additionalProperties" and holder.get(keyword) is False):
        return "not", {"not": {}}  # the "keyword" is the name of a field that may not be there
    # A refused pattern is explained by the schema's own example of it.
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


def _reason(name: str, violation: Violation) -> RefusalReason:
    path = list(takewhile(_presentable, violation.path))
    known = field_names(name)
    place = [step if isinstance(step, int) or step in known else "…" for step in path]
    return RefusalReason(_pointer(path), _pointer(place), violation.key, violation.details)


def _presentable(step: str | int) -> bool:
    # Pointers reach terminals and pages: a name of somebody else's must not bring line breaks or escape sequences.
    if isinstance(step, int):
        return True
    return len(step) <= _LONGEST_NAME and step.isprintable()


def _pointer(path: Iterable[str | int]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)

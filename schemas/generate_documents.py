"""Write `mobility_schemas/documents.py`, the TypedDicts of the contract's documents, from the schema files.

    python schemas/generate_documents.py            writes the file
    python schemas/generate_documents.py --check    fails when the file is not what it would write

The answer depends on the schema files and the pinned generator alone, to the byte.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from schema_files import PACKAGE, Schema, contract_schemas

TARGET = PACKAGE / "documents.py"

# A TypedDict has the fields and their types; the rest only validation can check.
_NOT_TYPES = (
    "$schema",
    "$id",
    "title",
    "examples",
    "format",
    "pattern",
    "default",
    "allOf",
    "dependentRequired",
)

_HEAD = '''"""The documents of the contract as types: generated from `contract/`, do not edit.

A value of one of these types is a plain dict; whether it is valid, `mobility_schemas.validate` decides.
"""

# ruff: noqa: E501 - descriptions are the schemas' own
from __future__ import annotations

'''

_ROOT = "Root: TypeAlias = Any"
"""What the generator makes of a schema that is nothing but definitions."""


def main(arguments: list[str]) -> int:
    """Write the types, or compare them with the file there is (`--check`); 1 when they differ."""
    wanted = generated()
    if "--check" not in arguments:
        TARGET.write_text(wanted, "utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text("utf-8") == wanted:
        return 0
    sys.stderr.write("documents.py is out of date: run python schemas/generate_documents.py\n")
    return 1


def generated() -> str:
    """Return the text of `documents.py` as the schemas want it."""
    types = {
        _class_name(name): _type_only(schema)
        for name, schema in contract_schemas().items()
        if _is_object(schema)
    }
    imports, body = _run_generator({"$defs": types}).split(_ROOT)
    imports = imports.split("annotations\n")[1].replace("Any, ", "").strip()
    listed = ", ".join(f'"{name}"' for name in sorted(types))
    # The generator puts even a docstring of one sentence on three lines.
    body = re.sub(r'"""\n\s+(.+)\n\s+"""', r'"""\1"""', body.replace("dict[str, Any]", "dict[str, object]"))
    return _formatted(f"{_HEAD}{imports}\n\n__all__ = [{listed}]\n{body}")


def _type_only(schema: Schema) -> Schema:
    """Return of a schema what a type can express, with references to text written as text."""
    kept = {word: value for word, value in schema.items() if word not in _NOT_TYPES}
    _merge_conditional(kept)
    if isinstance(target := kept.get("$ref"), str):
        name = target.removesuffix(".json")
        referred = contract_schemas()[name]
        if not _is_object(referred):
            return {"type": referred["type"], "description": kept.get("description", "")}
        kept["$ref"] = f"#/$defs/{_class_name(name)}"
    if isinstance(fields := kept.get("properties"), dict):
        kept["properties"] = {name: _type_only(part) for name, part in fields.items()}
        kept.pop("anyOf", None)  # of whole objects: which fields go together
    if isinstance(branches := kept.get("anyOf"), list):
        kept["anyOf"] = [_type_only(branch) for branch in branches]
    if isinstance(items := kept.get("items"), dict):
        kept["items"] = _type_only(items)
    return kept


def _merge_conditional(kept: Schema) -> None:
    # What a field is does not depend on the others, only whether anybody looks at it.
    kept.pop("if", None)
    otherwise, fields = kept.pop("else", None), kept.get("properties")
    if isinstance(otherwise, dict) and isinstance(fields, dict):
        kept["properties"] = {
            name: {**part, **otherwise["properties"].get(name, {})} for name, part in fields.items()
        }


def _run_generator(schema: Schema) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "schema.json"), Path(folder, "documents.py")
        source.write_text(json.dumps(schema), "utf-8")
        options = (
            "--input-file-type jsonschema --output-model-type typing.TypedDict --target-python-version 3.11"
            " --use-schema-description --use-field-description --disable-timestamp --no-formatters"
            " --enum-field-as-literal all --use-standard-collections --use-union-operator --class-name Root"
        )
        files = ["--input", str(source), "--output", str(target)]
        command = [sys.executable, "-m", "datamodel_code_generator", *files, *options.split()]
        subprocess.run(command, check=True, cwd=folder)  # noqa: S603 - our own words alone
        return target.read_text("utf-8")


def _formatted(text: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(TARGET), "-"]
    run = subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=TARGET.parent)  # noqa: S603
    return run.stdout


def _is_object(schema: Schema) -> bool:
    return schema.get("type") == "object"


def _class_name(name: str) -> str:
    return re.sub(r"(?:^|_)([a-z])", lambda found: found[1].upper(), name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

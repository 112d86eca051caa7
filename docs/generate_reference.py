"""Write the parts of docs/reference that the code already says, between `<!-- begin: NAME -->` and its end.

`python docs/generate_reference.py [NAME …]` writes, `--check` only says what has drifted. Everything else on those
pages is written by hand. One function a part; each gives Markdown.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click

REFERENCE = Path(__file__).resolve().parent / "reference"
MARK = "<!-- begin: {0} -->\n\n", "\n\n<!-- end: {0} -->"
LIMITS = {
    "minLength": "at least",
    "maxLength": "at most",
    "minimum": "from",
    "maximum": "to",
}
PROGRAMS = {"carloop": "carloop_plugin.cli", "carloop-sandbox": "carloop_sandbox.cli"}


def hooks() -> str:
    """Give every hook with its arguments and its docstring, in the order of specs.py."""
    specs = import_module("mobility_hookspecs.specs")
    functions = [f for f in vars(specs).values() if inspect.isfunction(f) and f.__module__ == specs.__name__]
    functions.sort(key=lambda function: function.__code__.co_firstlineno)
    return "\n\n".join(f"### `{_signature(f, types=False)}`\n\n{_markdown(f)}" for f in functions)


def host_kit() -> str:
    """Give the public methods of MobilityHost with their types and docstrings."""
    host = import_module("mobility_hookspecs.host").MobilityHost
    rows = []
    for name, member in vars(host).items():
        function = getattr(member, "__func__", getattr(member, "fget", member))
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        title = name if isinstance(member, property) else _signature(function, types=True)
        rows.append(f"### `{title}`\n\n{_markdown(function)}")
    return "\n\n".join(rows)


def documents() -> str:
    """Give a table of fields for every document of the contract."""
    folder = resources.files("mobility_schemas") / "contract"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda f: f.name)
    return "\n\n".join(
        _document(file.name.removesuffix(".json"), json.loads(file.read_text())) for file in files
    )


def problem_codes() -> str:
    """Give every problem code with its titles, and whether the same change may run again."""
    problems = import_module("mobility_hookspecs.problems")
    rows = []
    for code in problems.ProblemCode:
        english, german = (problems.make_problem(code, locale=locale)["title"] for locale in ("en", "de"))
        again = "yes" if code in problems.RETRYABLE else "no"
        rows.append((f"`{code.value}`", again, english, german))
    return _table(("code", "retryable", "English", "German"), rows)


def operations() -> str:
    """Give Carloop's calls: method and path, the name of the operation, what it does."""
    text = (resources.files("mobility_schemas") / "carloop" / "openapi.json").read_text("utf-8")
    rows = [
        (f"`{method.upper()} {path}`", f"`{operation['operationId']}`", operation.get("summary", ""))
        for path, item in json.loads(text)["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]
    return _table(("call", "operation", "what it does"), rows)


def commands() -> str:
    """Give every command of every program: how it is called, what it does, its options."""
    os.environ.update(LANGUAGE="en", LC_ALL="en_GB.UTF-8", LANG="en_GB.UTF-8", COLUMNS="100")
    return "\n\n".join(
        section
        for program, module in PROGRAMS.items()
        for section in _commands(import_module(module).main, program, None)
    )


PAGES: Mapping[str, tuple[str, Callable[[], str]]] = {
    "hooks": ("hooks.md", hooks),
    "host-kit": ("host-kit.md", host_kit),
    "documents": ("documents.md", documents),
    "problem-codes": ("problem-codes.md", problem_codes),
    "operations": ("carloop-interface.md", operations),
    "commands": ("commands.md", commands),
}


def replace(page: str, name: str, content: str) -> str:
    """Put `content` between the marks of `name`; ValueError where the page has none."""
    begin, end = (mark.format(name) for mark in MARK)
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"no marks of {name}: {begin.strip()} … {end.strip()}")
    return f"{before}{begin}{content}{end}{after}"


def drifted(names: Iterable[str] = (), *, write: bool = False) -> list[str]:
    """List the pages whose generated part is not what the code says now; write them where asked to.

    `names` limits it to some parts.
    """
    rows = []
    for name in names or PAGES:
        page, make = PAGES[name]
        path = REFERENCE / page
        old = path.read_text("utf-8")
        new = replace(old, name, make().strip())
        if new != old:
            rows.append(page)
            if write:
                path.write_text(new, "utf-8")
    return rows


def _signature(function: Callable[..., object], *, types: bool) -> str:
    signature = inspect.signature(function)
    parameters = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    if types:
        text = str(signature.replace(parameters=parameters)).replace("'", "")
        return function.__name__ + text
    return f"{function.__name__}({', '.join(parameter.name for parameter in parameters)})"


def _markdown(documented: object) -> str:
    """Turn a docstring's reStructuredText, as far as ours use it, into Markdown."""
    text = (inspect.getdoc(documented) or "").replace("``", "`")
    text = re.sub(r"^\.\. versionadded:: (.*)$", r"*Since \1.*", text, flags=re.MULTILINE)
    text = re.sub(r"^:param (\w+):", r"- `\1`:", text, flags=re.MULTILINE)
    text = re.sub(r"^:returns:", "- answers", text, flags=re.MULTILINE)
    text = re.sub(r"^:raises (\w+):", r"- raises `\1`:", text, flags=re.MULTILINE)
    text = re.sub(r"^ {4,}", "  ", text, flags=re.MULTILINE)
    return re.sub(r"^Raising\b|\bDelivery(?=:)", r"**\g<0>**", text, flags=re.MULTILINE)


def _document(name: str, schema: Mapping[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = [
        (f"`{field}`", "yes" if field in required else "", _kind(part), _about(part))
        for field, part in schema.get("properties", {}).items()
    ]
    table = _table(("field", "required", "kind", "what it is"), rows) if rows else _kind(schema)
    return f"### `{name}`\n\n{schema.get('description', '')}\n\n{table}"


def _kind(schema: Mapping[str, Any]) -> str:
    """Say in a few words what a value may be."""
    if "$ref" in schema:
        target = schema["$ref"].removesuffix(".json").split("/")[-1]
        return f"`{target}`"
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " or ".join(_kind(part) for part in schema[word])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    kinds = schema.get("type", "any")
    words = [" or ".join(kinds) if isinstance(kinds, list) else kinds]
    words += [schema["format"]] if "format" in schema else []
    words += [f"{text} {schema[word]}" for word, text in LIMITS.items() if word in schema]
    return ", ".join(words)


def _about(schema: Mapping[str, Any]) -> str:
    mark = "**personal data** · " if schema.get("x-personal-data") else ""
    return mark + schema.get("description", schema.get("title", ""))


def _commands(command: click.Command, path: str, parent: click.Context | None) -> Iterator[str]:
    import click

    context = click.Context(command, info_name=path.split()[-1], parent=parent)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    options = [row for p in command.get_params(context) if (row := p.get_help_record(context))]
    parts = [f"### `{path}`", f"```\n{usage}\n```", inspect.cleandoc(command.help or "").replace("\b\n", "")]
    if options:
        parts.append(_table(("option", "meaning"), [(f"`{name}`", text) for name, text in options]))
    yield "\n\n".join(part for part in parts if part)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from _commands(child, f"{path} {name}", context)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(head)]
    lines.append(tuple("---" for _ in lines[0]))
    lines += [tuple(" ".join(cell.split()).replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    checking = "--check" in arguments
    found = drifted([name for name in arguments if name != "--check"], write=not checking)
    for page_name in found:
        done = "has drifted from the code: run `make docs`" if checking else "written"
        sys.stderr.write(f"docs/reference/{page_name} {done}\n")
    sys.exit(bool(found) and checking)

"""Write the parts of docs/reference that are generated from code, between `<!-- begin: NAME -->` and its end.

`python docs/generate_reference.py [NAME …]` writes, `--check` only lists what has drifted. Everything else on those
pages is written by hand. One function a part; each returns Markdown.
"""

from __future__ import annotations

import inspect
import json
import logging
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
PROGRAMS = ("carloop", "carloop-sandbox", "planner-host")
# The language and width that the help is shown in, whatever the terminal is.
ENGLISH = {"LC_ALL": "en_GB.UTF-8", "LANGUAGE": "en", "LANG": "en_GB.UTF-8", "COLUMNS": "100"}


def hooks() -> str:
    """Return every hook with its arguments and its docstring, in the order of specs.py."""
    specs = import_module("mobility_hookspecs.specs")
    functions = [f for f in vars(specs).values() if inspect.isfunction(f) and f.__module__ == specs.__name__]
    functions.sort(key=lambda function: function.__code__.co_firstlineno)
    return "\n\n".join(
        f"### `{f.__name__}({', '.join(inspect.signature(f).parameters)})`\n\n{_markdown(f)}"
        for f in functions
    )


def host_kit() -> str:
    """Return the public methods of MobilityHost with their types and docstrings."""
    host = import_module("mobility_hookspecs.host").MobilityHost
    rows = []
    for name, member in vars(host).items():
        function = getattr(member, "__func__", getattr(member, "fget", member))
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        call = f"\n\n```text\n{_call(function)}\n```" if function is not getattr(member, "fget", None) else ""
        rows.append(f"### `{name}`{call}\n\n{_markdown(function)}")
    return "\n\n".join(rows)


def documents() -> str:
    """Return a table of fields for every document of the contract."""
    folder = resources.files("mobility_schemas") / "contract"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda f: f.name)
    return "\n\n".join(
        _document(file.name.removesuffix(".json"), json.loads(file.read_text())) for file in files
    )


def problem_codes() -> str:
    """Return every problem code with its titles, and whether the same change may run again."""
    problems = import_module("mobility_hookspecs.problems")
    rows = []
    for code in problems.ProblemCode:
        english, german = (problems.make_problem(code, locale=locale)["title"] for locale in ("en", "de"))
        again = "yes" if code in problems.RETRYABLE else "no"
        rows.append((f"`{code.value}`", again, english, german))
    return _table(("code", "retryable", "English", "German"), rows)


def operations() -> str:
    """Return Carloop's calls: method and path, the name of the operation, what it does."""
    text = (resources.files("mobility_schemas") / "carloop" / "openapi.json").read_text("utf-8")
    rows = [
        (f"`{method.upper()} {path}`", f"`{operation['operationId']}`", operation.get("summary", ""))
        for path, item in json.loads(text)["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]
    return _table(("call", "operation", "what it does"), rows)


def commands() -> str:
    """Return every command of every program with what `--help` says."""
    return "\n\n".join(
        f"### `{words}`\n\n```text\n{_help(program, words)}\n```"
        for program in PROGRAMS
        for words, command in walk(root_of(program), program)
        if not command.hidden
    )


def events() -> str:
    """Return every event with its level, its meaning and its fields, and then what each field means."""
    module = import_module("carloop_plugin.events")
    rows = [
        (f"`{e.name}`", logging.getLevelName(e.level), e.says, ", ".join(f"`{name}`" for name in e.fields))
        for e in module.EVENTS
    ]
    fields = [(f"`{name}`", says) for name, says in module.FIELDS.items()]
    return f"{_table(('event', 'level', 'what happened', 'fields'), rows)}\n\n{_table(('field', 'what it is'), fields)}"


def root_of(program: str) -> click.Command:
    """Return the root of a program's commands, in English."""
    from carloop_plugin.cli.program import carloop
    from carloop_sandbox import cli as sandbox
    from planner_host import cli as planner
    from web_base.program import Texts

    roots = {
        "carloop": lambda: carloop,
        "carloop-sandbox": lambda: sandbox.program(Texts("en", sandbox.LOCALE)),
        "planner-host": lambda: planner.program(Texts("en", planner.LOCALE)),
    }
    return roots[program]()


def walk(
    command: click.Command, words: str, parent: click.Context | None = None
) -> Iterator[tuple[str, click.Command]]:
    """Return a command and all those below it, each with the words that are typed."""
    import click

    context = click.Context(command, info_name=words.split()[-1], parent=parent)
    yield words, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if (child := command.get_command(context, name)) is not None:
                yield from walk(child, f"{words} {name}", context)


PAGES: Mapping[str, tuple[str, Callable[[], str]]] = {
    "hooks": ("hooks.md", hooks),
    "host-kit": ("host-kit.md", host_kit),
    "documents": ("documents.md", documents),
    "problem-codes": ("problem-codes.md", problem_codes),
    "operations": ("carloop-interface.md", operations),
    "commands": ("commands.md", commands),
    "events": ("events.md", events),
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


def _call(function: Callable[..., object]) -> str:
    """Write a method's signature as one calls it, types without the quotes that `inspect` puts around them."""
    signature = inspect.signature(function)
    parameters = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    text = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(signature.replace(parameters=parameters)))
    return function.__name__ + re.sub(r"<built-in function (\w+)>", r"\1", text)


def _markdown(documented: object) -> str:
    """Turn a docstring's reStructuredText, as far as ours use it, into Markdown."""
    text = (inspect.getdoc(documented) or "").replace("``", "`")
    text = re.sub(r"^\.\. versionadded:: (.*)$", r"*Since \1.*", text, flags=re.MULTILINE)
    text = re.sub(r"^:param (\w+):", r"- `\1`:", text, flags=re.MULTILINE)
    text = re.sub(r"^:returns:", "- answers", text, flags=re.MULTILINE)
    text = re.sub(r"^:raises (\w+):", r"- raises `\1`:", text, flags=re.MULTILINE)
    text = re.sub(r"^ {4,}", "  ", text, flags=re.MULTILINE)
    return re.sub(r"^Raising\b|\bDelivery(?=:)|^Without it(?=:)", r"**\g<0>**", text, flags=re.MULTILINE)


def _document(name: str, schema: Mapping[str, Any]) -> str:
    required = set(schema.get("required", ()))
    # What a field is may stand in a condition of the whole document.
    otherwise = schema.get("else", {}).get("properties", {})
    fields = {
        field: {**part, **otherwise.get(field, {})} for field, part in schema.get("properties", {}).items()
    }
    rows = [
        (f"`{field}`", "yes" if field in required else "", _kind(part), _about(part))
        for field, part in fields.items()
    ]
    table = _table(("field", "required", "kind", "what it is"), rows) if rows else _kind(schema)
    return f"### `{name}`\n\n{schema.get('description', '')}\n\n{table}"


def _kind(schema: Mapping[str, Any]) -> str:
    """Describe in a few words what a value may be."""
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


def _help(program: str, words: str) -> str:
    from click.testing import CliRunner

    arguments = [*words.split()[1:], "--help"]
    result = CliRunner(env=ENGLISH).invoke(root_of(program), arguments, prog_name=program)
    if result.exit_code != 0:
        raise RuntimeError(f"{words} --help: {result.output}")
    return "\n".join(line.rstrip() for line in result.stdout.strip().splitlines())


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

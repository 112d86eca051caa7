"""Links and named files exist, code is well-formed, every page is linked."""

import ast
import json
import re
import subprocess
import textwrap
import tomllib

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def pages(root):
    """List every Markdown page of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = [root / name for name in listed.stdout.splitlines()]
    return found or [path for path in root.rglob("*.md") if ".venv" not in str(path)]


def anchors(text):
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere(root):
    """A relative link names a file that is there, and an anchor that the file has."""
    broken = []
    for page in pages(root):
        for link in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
            if "://" in link:
                continue
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8"))):
                broken.append(f"{page.relative_to(root)}: {link}")

    assert broken == []


def test_every_named_file_exists(root):
    """A path in backticks that begins with a folder of the project is a file or folder; evidence names what was."""
    # Those the README lists: a checkout that was updated may hold empty folders of an earlier layout.
    folders = "|".join(re.findall(r"`(\w+)/`", (root / "README.md").read_text("utf-8")))
    named = re.compile(rf"`((?:{folders})/[\w./-]*)`")
    missing = [
        f"{page.relative_to(root)}: {name}"
        for page in pages(root)
        if "evidence" not in page.parts
        for name in named.findall(page.read_text("utf-8"))
        if not (root / name).exists()
    ]

    assert missing == []


def test_every_page_is_reached_from_the_first(root):
    """Every page of docs/ is reached from the README by links, and begins with its title."""
    seen, waiting = set(), [root / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        links = (
            link.partition("#")[0] for link in LINK.findall(page.read_text("utf-8")) if "://" not in link
        )
        waiting += [(page.parent / link).resolve() for link in links if link.endswith(".md")]

    found = set((root / "docs").rglob("*.md"))
    assert found - seen == set()
    assert [page for page in found if not page.read_text("utf-8").startswith("# ")] == []


def test_every_piece_of_code_can_be_read(root):
    """Python, JSON and TOML in a page are well-formed."""
    readers = {"python": ast.parse, "json": json.loads, "toml": tomllib.loads}
    broken = []
    for page in pages(root):
        for _, language, code in FENCE.findall(page.read_text("utf-8")):
            try:
                readers.get(language, str)(textwrap.dedent(code))
            except (SyntaxError, ValueError) as error:
                broken.append(f"{page.relative_to(root)}: {error}")

    assert broken == []


def test_decisions_are_short_and_numbered(root):
    """A decision fits 30 lines, the numbers have no gap, and the title carries the number."""
    found = sorted((root / "docs/decisions").glob("0*.md"))

    assert [int(page.name[:4]) for page in found] == list(range(1, len(found) + 1))
    for page in found:
        text = page.read_text("utf-8")
        assert len(text.splitlines()) <= 30, page.name
        assert text.startswith(f"# {int(page.name[:4])} · "), page.name


def test_the_readme_speaks_of_targets_that_exist(root):
    """Every `make TARGET` in a page is a target of the Makefile."""
    (line,) = re.findall(r"^\.PHONY: (.*)$", (root / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = {
        target
        for page in pages(root)
        for target in re.findall(r"(?:^|`)make ([a-z.]+)", page.read_text("utf-8"), re.MULTILINE)
    }

    assert {"demo", "test"} <= named
    assert named - set(line.split()) == set()

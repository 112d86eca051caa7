"""The Makefile: its help, its messages for an unfit interpreter, and one environment for each version."""

import os
import re
import shutil
import subprocess
import time

import pytest


@pytest.fixture
def folder(tmp_path, root):
    """Create the files that the Makefile reads, without an environment."""
    for name in ("Makefile", "requirements.lock", "requirements-demo.lock", "pyproject.toml"):
        shutil.copy(root / name, tmp_path)
    for name in ("schemas", "hookspecs", "demo"):
        (tmp_path / name).mkdir()
        shutil.copy(root / name / "pyproject.toml", tmp_path / name)
    for path in tmp_path.rglob("*"):
        age(path, 20)
    return tmp_path


def age(path, seconds):
    """Make a file look so old: make compares times, and what is written at once may look equally old."""
    os.utime(path, (time.time() - seconds,) * 2)


def make(folder, *arguments):
    """Run make there, away from the flags of a make that may have started the tests."""
    env = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=env, text=True, capture_output=True, check=False
    )


def interpreter(folder, name="python3", *, refuses="nothing", version="3.11"):
    """Put a stand-in for Python on the path that fails for programs that contain `refuses`."""
    (folder / "bin").mkdir(exist_ok=True)
    program = folder / "bin" / name
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *"{refuses}"*) exit 1;; *print*) echo {version};; esac\n', encoding="utf-8"
    )
    program.chmod(0o755)


def ready(folder, name=".venv"):
    """Create an environment that is up to date."""
    (folder / name / "bin").mkdir(parents=True)
    (folder / name / "bin/python").touch()
    for stamp, seconds in ((".lock-stamp", 15), (".stamp", 10)):
        (folder / name / stamp).touch()
        age(folder / name / stamp, seconds)


def test_help_lists_every_target(folder, root):
    """`make` alone lists what it can do, a line each; nothing public is left out."""
    text = (root / "Makefile").read_text("utf-8")
    (targets,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)

    done = make(folder)

    assert set(targets.split()) == set(re.findall(r"^  (\S+) +\S", done.stdout, re.MULTILINE))


@pytest.mark.parametrize(
    ("refuses", "sentence"),
    [
        ("-c ", "python3 does not run: "),
        ("version_info <", "python3 is older than 3.11: "),
        ("ensurepip", "python3 has no venv: "),
    ],
)
def test_an_unfit_interpreter_is_one_sentence(refuses, sentence, folder):
    """No Python, an old one, one without venv: each is named with what to do, and nothing is installed."""
    interpreter(folder, refuses=refuses)

    done = make(folder, ".venv")

    first, second = done.stderr.splitlines()
    assert (done.returncode, (folder / ".venv").exists()) == (2, False)
    assert first.startswith(sentence)
    assert second.startswith("make: ***")


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        ((), ".venv"),
        (("PYTHON=python3",), ".venv"),
        (("PYTHON=python3.11",), ".venv"),
        (("PYTHON=python3.13",), ".venv-3.13"),
    ],
)
def test_one_environment_a_version(arguments, environment, folder):
    """The default's version lives in .venv, however it is called; another version has its own."""
    interpreter(folder)
    interpreter(folder, "python3.11")
    interpreter(folder, "python3.13", version="3.13")

    done = make(folder, "--dry-run", "test", *arguments)

    assert f"{environment}/bin/python -m pytest" in done.stdout.splitlines()[-1]
    assert f"-m venv --clear {environment}\n" in done.stdout


@pytest.mark.parametrize(
    ("changed", "made"),
    [(None, []), ("requirements.lock", ["-m venv --clear .venv", "-e ./schemas"]),
     ("schemas/pyproject.toml", ["-e ./schemas"]), (".venv/bin/python", ["-m venv --clear .venv", "-e ./schemas"])],
    ids=["nothing", "the lock", "a project", "the interpreter is gone"],
)  # fmt: skip
def test_what_changed_is_installed_again(changed, made, folder):
    """A new lock or a lost interpreter makes the environment anew, a new project file installs the local packages."""
    interpreter(folder, refuses="" if changed is None else "nothing")
    ready(folder)
    if changed == ".venv/bin/python":
        (folder / changed).unlink()
        (folder / changed).symlink_to("/nowhere/python3.9")
    elif changed:
        (folder / changed).touch()

    done = make(folder, "--dry-run", ".venv")

    assert done.returncode == 0, done.stderr
    assert [step for step in ("-m venv --clear .venv", "-e ./schemas") if step in done.stdout] == made


def test_the_demo_takes_what_is_there(folder):
    """The demo makes its own small environment, unless the whole one exists."""
    interpreter(folder)

    before = make(folder, "--dry-run", "demo").stdout
    ready(folder)
    after = make(folder, "--dry-run", "demo").stdout

    assert "-r requirements-demo.lock" in before
    assert ".venv-demo/bin/carloop demo" in before
    assert "requirements" not in after
    assert ".venv/bin/carloop demo" in after

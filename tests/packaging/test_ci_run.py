"""`.ci/run` installs what a bare Debian lacks, and only that, then checks and tests."""

import re
import shutil
import subprocess

import pytest

STAND_INS = {
    "make": 'echo "make $* CI=$CI" >>"$LOG"',
    "python3": 'case "$*" in *ensurepip*) test -e "$LOG.venv";; esac',
    # Installing brings the programs, as the real one would.
    "apt-get": 'echo "apt-get $*" >>"$LOG"; case "$*" in *python3-venv*) : >"$LOG.venv";; esac; '
    'case "$*" in *" make"*) cp "$BIN/../make" "$BIN/make";; esac',
    "chromium": "exit 0",
    "id": 'echo "$USER_ID"',
    "sudo": 'echo "sudo $1" >>"$LOG"; shift; exec "$@"',
}


@pytest.fixture
def machine(tmp_path, root):
    """Create a machine that has only stand-ins for programs, and a clone with `.ci/run`."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "clone/.ci").mkdir(parents=True)
    shutil.copy(root / ".ci/run", tmp_path / "clone/.ci/run")
    for name in ("bash", "sh", "env", "dirname", "cp", "test"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))
    for name, body in STAND_INS.items():
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
    return tmp_path


def run(machine, *, user_id=0):
    """Run it from another folder; return the calls and the output."""
    log = machine / "log"
    programs = str(machine / "bin")
    env = {"PATH": programs, "BIN": programs, "LOG": str(log), "USER_ID": str(user_id)}
    done = subprocess.run(
        [machine / "clone/.ci/run"], cwd="/", env=env, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return log.read_text("utf-8").splitlines(), done.stdout


def test_a_complete_machine_needs_no_apt(machine):
    """If nothing is missing it makes the environment, checks, tests and proves, and prints how long each took."""
    (machine / "log.venv").touch()

    called, output = run(machine)

    assert called == [
        "make .venv PYTHON=python3 CI=true",
        "make check PYTHON=python3 CI=true",
        "make test PYTHON=python3 CI=true",
        "make proof PYTHON=python3 CI=true",
    ]
    assert re.findall(r"make (\S+) took \d+ s", output) == [".venv", "check", "test", "proof"]


@pytest.mark.parametrize(("user_id", "prefix"), [(0, []), (1000, ["sudo --non-interactive"])])
def test_installs_what_is_missing(user_id, prefix, machine):
    """Without make, venv and Chromium, all are installed at once, through sudo where we are not root."""
    (machine / "bin/make").rename(machine / "make")
    (machine / "bin/chromium").unlink()

    called, _ = run(machine, user_id=user_id)

    install = "apt-get install -qq --yes --no-install-recommends make python3-venv chromium chromium-l10n"
    assert called[: 2 + 2 * len(prefix)] == [*prefix, "apt-get update -qq", *prefix, install]
    assert called[-1] == "make proof PYTHON=python3 CI=true"


def test_a_failed_check_stops(machine):
    """When `make check` fails, so does the run, and nothing is tested."""
    (machine / "log.venv").touch()
    (machine / "bin/make").write_text('#!/bin/sh\necho "make $1" >>"$LOG"\n[ "$1" != check ]\n', "utf-8")

    with pytest.raises(AssertionError):
        run(machine)

    assert (machine / "log").read_text("utf-8").splitlines() == ["make .venv", "make check"]

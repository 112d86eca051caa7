"""The program `carloop-sandbox`: its options and messages, and how it serves, stops and starts again."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing, contextmanager

import httpx
import pytest
from argon2 import PasswordHasher

from carloop_sandbox import cli
from carloop_sandbox.cli import LOCALE
from carloop_sandbox.running import run_sandbox_process
from carloop_sandbox.serve_command import ACCOUNTS
from web_base.accounts.access import Access
from web_base.program import Texts
from web_base.running.processes import ProgramFailed
from web_base.running.serving import set_accounts

BASE = "/api/planner/v1"
COMMAND = [sys.executable, "-m", "carloop_sandbox"]


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the program in this process until it ends; return its status and what it printed."""

    def run_it(*arguments, locale="C.UTF-8"):
        monkeypatch.setattr(sys, "argv", ["carloop-sandbox", *map(str, arguments)])
        monkeypatch.setenv("LC_ALL", locale)
        try:
            cli.main()
        except SystemExit as ended:
            return ended.code, *capsys.readouterr()
        return 0, *capsys.readouterr()

    return run_it


@contextmanager
def served(*arguments, **environment):
    """Run the program as a process until the block is left; give the process and its address."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
    )
    with process:
        line = process.stdout.readline()
        try:
            assert line.startswith("ready http://127.0.0.1:"), process.stderr.read()
            yield process, line.split()[1]
        finally:
            process.kill()


def sign_in(url, password, **headers):
    """Sign in to the pages, and return the answer."""
    headers = {"Sec-Fetch-Site": "same-origin"} | headers
    return httpx.post(f"{url}/sign-in", data={"name": "admin", "password": password}, headers=headers)


def test_it_serves_until_it_is_told_to_stop():
    """0 and silence, though a connection is open and a request held; further names are trusted on request."""
    names = {
        "CARLOOP_SANDBOX_PASSWORD": "p",
        "CARLOOP_SANDBOX_TRUSTED_HOSTS": "carloop.example, other.example",
    }
    with (
        served("--token", "t", "--allow-faults", **names) as (process, url),
        httpx.Client(base_url=url) as http,
    ):
        hosts = ("127.0.0.1", "other.example:8081", "evil.example")
        assert [sign_in(url, "p", Host=host).status_code for host in hosts] == [303, 303, 400]
        http.post("/sandbox/faults", json={"operation": "account", "fault": "delay", "value": 60})
        with pytest.raises(httpx.ReadTimeout):
            http.get(f"{BASE}/account", headers={"Authorization": "Bearer t"}, timeout=0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


def test_data_survive_a_kill(tmp_path):
    """Token and sign-in are drawn and shown once; they, sessions, rentals, keys and the clock are there again."""
    arguments = ("--data", str(tmp_path / "deep" / "folder"), "--allow-faults")
    body = {
        "external_reference": "r",
        "vehicle_id": "V1001",
        "start": "2031-04-01T08:00:00Z",
        "end": "2031-04-02T08:00:00Z",
        "customer": {"source": "manual", "last_name": "X"},
    }
    with served(*arguments, "--lang", "de") as (process, url):
        said = [process.stderr.readline().split() for _ in range(2)]
        assert [said[0][0], said[1][0], said[1][-3:-1]] == ["Token:", "Anmelden", ["admin", "/"]]
        token, password = said[0][1], said[1][-1]
        session = sign_in(url, password).cookies
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k"}
        with httpx.Client(base_url=url, headers=headers) as http:
            http.post("/sandbox/clock", json={"now": "2031-03-03T08:00:00Z"})
            made = http.post(f"{BASE}/rentals", json=body)
            account = http.get(f"{BASE}/account").json()
            rentals = http.get(f"{BASE}/rentals?limit=1000").json()
    with served(*arguments, CARLOOP_SANDBOX_PASSWORD="") as (process, url):
        said = "".join(process.stderr.readline() for _ in range(2))
        assert (said.count(str(tmp_path)), token in said, password in said) == (2, False, False)
        assert sign_in(url, password).status_code == 303
        with httpx.Client(base_url=url, headers=headers, cookies=session) as http:
            assert http.get("/").status_code == 200
            assert http.get(f"{BASE}/account").json() == account
            assert len(http.get(f"{BASE}/rentals?limit=1000").json()["items"]) == len(rentals["items"])
            again = http.post(f"{BASE}/rentals", json=body)
            assert (again.json()["id"], again.headers["idempotent-replay"]) == (made.json()["id"], "true")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0


def test_the_environment_sets_the_password(tmp_path, monkeypatch):
    """It is not shown; the same one keeps sessions, another one ends them; an empty one counts as none."""
    said = []
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with closing(Access(tmp_path, hasher=quick)) as access:

        def start(password):
            monkeypatch.setenv("CARLOOP_SANDBOX_PASSWORD", password)
            set_accounts(access, ACCOUNTS, Texts("en", LOCALE), data=tmp_path, say=said.append)

        start("first")
        session = access.sign_in("admin", "first", address="127.0.0.1").session
        for password, valid in (("first", True), ("", True), ("second", False)):
            start(password)
            assert (access.user_of(session) is not None) is valid
        assert access.sign_in("admin", "second", address="127.0.0.1").session
    assert len(said) == 1
    assert said[0].startswith("The sign-in stored in")


def test_a_port_that_is_taken_is_one_sentence(run):
    """And status 1, without a traceback, in both languages."""
    for language, sentence in (("en", "Cannot listen on 127.0.0.1"), ("de", "Auf 127.0.0.1")):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            status, out, err = run("serve", "--port", taken.getsockname()[1], "--lang", language)
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert err.startswith(sentence)


@pytest.mark.parametrize("folder", ["carloop-sandbox.sqlite3", ""], ids=["a file", "a broken database"])
def test_a_folder_that_cannot_be_used_is_one_sentence(run, tmp_path, folder):
    """And status 1, without a traceback."""
    (tmp_path / "carloop-sandbox.sqlite3").write_text(
        "no database, but long enough to be taken for one " * 20
    )
    status, out, err = run("serve", "--port", 0, "--data", tmp_path / folder)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert str(tmp_path / folder) in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--allow-faults", "--host", "0.0.0.0"],  # noqa: S104
        ["--allow-faults", "--host", "example.org"],
        ["--vehicles", "-1"],
        ["--token", "a b"],
    ],
    ids=" ".join,
)
def test_wrong_options_are_usage_errors(run, arguments):
    """Status 2, and the option is named; faults are for loopback alone."""
    status, out, err = run("serve", *arguments)
    assert (status, out) == (2, "")
    assert arguments[0] in err


def test_the_help_is_in_both_languages_and_has_examples(run):
    """By --lang or by the locale."""
    for language, words in (("en", "Serve the planner interface"), ("de", "Schnittstelle anbieten")):
        status, out, err = run("serve", "--help", "--lang", language)
        assert (status, out, err) == run("serve", "--help", locale=f"{language}_DE.UTF-8")
        assert (status, err) == (0, "")
        assert words in out
        assert "carloop-sandbox serve --allow-faults --token test-token" in out


def test_run_sandbox_process_tells_why_it_does_not_start():
    """As an exception with what the program said."""
    with pytest.raises(ProgramFailed, match="--nonsense"), run_sandbox_process(arguments=("--nonsense",)):
        pass

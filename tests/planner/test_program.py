"""How `planner-host` speaks to a person, serves, stops, and what it says where it cannot."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, closing

import httpx
import pytest
from click.testing import CliRunner

from demo_base.access import Access, SignedIn, User
from demo_base.program import Failure, Texts
from demo_base.throttle import TRIES
from planner_host import cli, serving
from planner_host.audit import Audit
from planner_host.records import Records
from planner_host.texts import TEXTS

SECONDS = 30
LONG = "a-password-of-the-tests"
FILES = ("planner.sqlite3", "access.sqlite3", "dms.sqlite3")


def run(*words, given="", language="de"):
    """Run the program within this process; standard input is no terminal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["planner-host", "--lang", language, *words])
        program = cli.program(Texts(language, TEXTS))
        return CliRunner().invoke(program, [*words], input=given, prog_name="planner-host")


def command(*words, **environment):
    """Give what runs the program as a person would, apart from this process."""
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PLANNER_HOST_", "CARLOOP_"))
    }
    return {
        "args": [sys.executable, "-m", "planner_host", *words],
        "text": True,
        "env": {**own, "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": "/nonexistent", **environment},
    }


class Running:
    """A program that serves."""

    def __init__(self, process, words):
        self.process = process
        self._words = words
        self.url = process.stdout.readline().removeprefix("ready ").strip()
        assert self.url, self.said

    @property
    def said(self):
        """What it has told a person."""
        return self._words.read_text("utf-8")

    def sign_in(self, name, password):
        """Try to sign in; give the status."""
        data = {"name": name, "password": password}
        return httpx.post(
            f"{self.url}/sign-in", data=data, headers={"Origin": self.url}, trust_env=False
        ).status_code

    def stop(self, number=signal.SIGTERM):
        """End it; give the exit code, and what else came on standard output."""
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out


@pytest.fixture
def start(tmp_path):
    """Give what starts a planner in a process of its own."""
    with ExitStack() as stack:

        def start(*words, **environment):
            said = tmp_path / "said"
            with said.open("w", encoding="utf-8") as stderr:
                asked = command(
                    "serve", "--port", "0", *words, CARLOOP_STORE=str(tmp_path / "c.sqlite3"), **environment
                )
                process = subprocess.Popen(**asked, stdout=subprocess.PIPE, stderr=stderr)
            stack.callback(process.stdout.close)
            stack.callback(process.wait, SECONDS)
            stack.callback(process.kill)
            return Running(process, said)

        yield start


def test_it_serves_stops_and_keeps_its_data(start, tmp_path):
    """One line on standard output; passwords drawn once and told once; what was saved is there the next time."""
    data = tmp_path / "new" / "folder"
    first = start("--data", str(data))
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", first.url)
    ((advisor, admin),) = re.findall(r"advisor / (\S+), admin / (\S+)", first.said)
    assert [
        first.sign_in(*each) for each in (("advisor", advisor), ("admin", admin), ("admin", advisor))
    ] == [303, 303, 401]
    assert first.stop() == (0, "")
    assert {(data / name).stat().st_mode & 0o777 for name in FILES} == {0o600}

    again = start("--data", str(data), PLANNER_HOST_ADMIN_PASSWORD=LONG)
    assert (
        again.sign_in("advisor", advisor),
        again.sign_in("admin", LONG),
        again.sign_in("admin", admin),
    ) == (303, 303, 401)
    assert (advisor in again.said, LONG in again.said, str(data) in again.said) == (False, False, True)
    assert again.stop(signal.SIGINT) == (0, "")
    assert "Traceback" not in again.said


def test_it_answers_to_the_names_it_was_told(start, tmp_path):
    """Under these the session's cookie travels over https alone; without a folder nothing is left."""
    hosts = {"PLANNER_HOST_TRUSTED_HOSTS": " planner.example, other.example ,"}
    places = tmp_path / "temporary"
    places.mkdir()
    running = start(PLANNER_HOST_ADMIN_PASSWORD=LONG, TMPDIR=str(places), **hosts)
    assert len(list(places.iterdir())) == 1
    cookies = []
    for host, expected in (("planner.example", 303), ("other.example:443", 303), ("evil.example", 400)):
        headers = {"Host": host, "Origin": f"https://{host}"}
        data = {"name": "admin", "password": LONG}
        answer = httpx.post(f"{running.url}/sign-in", data=data, headers=headers, trust_env=False)
        assert answer.status_code == expected
        cookies += answer.headers.get_list("set-cookie")
    assert ["; secure" in cookie.lower() for cookie in cookies] == [True, True]
    assert (running.stop(), list(places.iterdir())) == ((0, ""), [])


def test_a_stranger_behind_the_proxy_locks_nobody_out(start, monkeypatch):
    """Where the proxy is named, its word of who asks counts; where it is not, anybody could send it."""
    running = start(PLANNER_HOST_ADMIN_PASSWORD=LONG, PLANNER_HOST_TRUSTED_PROXIES="127.0.0.1")

    def sign_in(password, address):
        headers = {"Origin": running.url, "X-Forwarded-For": address}
        data = {"name": "admin", "password": password}
        return httpx.post(f"{running.url}/sign-in", data=data, headers=headers, trust_env=False).status_code

    assert [sign_in("wrong", "203.0.113.7") for _ in range(TRIES + 1)] == [401] * TRIES + [429]
    assert [sign_in(LONG, address) for address in ("203.0.113.7", "203.0.113.8")] == [429, 303]
    monkeypatch.setenv("PLANNER_HOST_TRUSTED_PROXIES", "nonsense")
    ran = run("serve", "--port", "0", language="en")
    assert (ran.exit_code, "names something that is no address: nonsense" in ran.stderr) == (1, True)


def test_a_provider_that_does_not_load_is_told(tmp_path):
    """By name and reason; the planner is served all the same, as far as it has come here."""
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[workshop_planner.mobility]\nbroken = broken_provider\n", "utf-8")
    (tmp_path / "broken_provider.py").write_text("raise RuntimeError('canary')\n", "utf-8")
    # A folder that is a file ends it once the providers were told.
    words = ("--lang", "en", "serve", "--port", "0", "--data", str(info / "METADATA"))
    told = subprocess.run(
        **command(*words, PYTHONPATH=str(tmp_path), WORKSHOP_PLANNER_DISABLE="carloop"),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    failed, none, refused_folder = told.stderr.splitlines()[-3:]
    assert (told.returncode, told.stdout, "canary" in told.stderr) == (1, "", False)
    assert failed.startswith("broken is not there: ")
    assert "No mobility provider is installed" in none
    assert "Cannot keep data in" in refused_folder


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_port_that_is_taken_is_said(language):
    """As a sentence that names the way out."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        ran = run("serve", "--port", str(taken.getsockname()[1]), language=language)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ("--port" in ran.stderr, len(ran.stderr.splitlines())) == (True, 1)
    assert ("geht es nicht" if language == "de" else "Cannot listen") in ran.stderr


def test_a_host_that_is_not_ours_is_said():
    """Another port would not help."""
    ran = run("serve", "--host", "192.0.2.1", "--port", "0")
    assert (ran.exit_code, "--host" in ran.stderr, "--port" in ran.stderr) == (1, True, False)


def refused(folder, language="de"):
    """Serve a folder that cannot be; give what is said."""
    with pytest.raises(Failure) as failure:
        serving.serve("127.0.0.1", 0, folder, Texts(language, TEXTS), say=lambda _: None)
    return str(failure.value)


@pytest.mark.usefixtures("plugin_environment")
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_said(tmp_path, name):
    """Whichever it is: one sentence, in either language, and the file stays as it was."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / name).write_bytes(b"no database " * 400)
    for language, words in (("de", "können keine Daten abgelegt werden: "), ("en", "Cannot keep data in ")):
        said = refused(folder, language)
        assert (words in said, said.endswith("."), said.endswith(".."), "\n" in said) == (
            True,
            True,
            False,
            False,
        )
    assert (folder / name).read_bytes() == b"no database " * 400


@pytest.mark.usefixtures("plugin_environment")
@pytest.mark.parametrize("place", ["file", "file/below", "x" * 300])
def test_a_folder_that_cannot_be_is_said(tmp_path, place):
    """A file of that name, a file above it, a name too long."""
    (tmp_path / "file").touch()
    assert "können keine Daten abgelegt werden" in refused(tmp_path / place)


@pytest.mark.usefixtures("plugin_environment")
def test_an_admin_is_made_where_there_is_none(tmp_path):
    """An advisor who was set before the first start is not alone in a planner that nobody can set up."""
    assert run("account", "anna", "--data", str(tmp_path), given=f"{LONG}\n").exit_code == 0
    said = []
    with closing(Access(tmp_path)) as access:
        serving._set_accounts(access, tmp_path, Texts("de", TEXTS), said.append, environment={})
        assert access.accounts == (User("admin", "admin"), User("anna", "advisor"))
        serving._set_accounts(access, tmp_path, Texts("de", TEXTS), said.append, environment={})
        assert len(access.accounts) == 2
    assert ("admin / " in said[0], "advisor" in said[0], "gelten weiter" in said[1]) == (True, False, True)


@pytest.mark.parametrize("role", ["advisor", "admin"])
def test_an_account_is_set_from_standard_input(tmp_path, role):
    """Its open sessions end; the password is not repeated."""
    for password in ("the-first-one", LONG):
        ran = run(
            "account",
            "Änne.M-1",
            "--role",
            role,
            "--data",
            str(tmp_path / "new"),
            given=f"{password}\nmore\n",
        )
        assert (ran.exit_code, ran.stdout, password in ran.stderr) == (0, "", False)
        assert f"Konto Änne.M-1 ({role}) ist gesetzt." in ran.stderr
    with closing(Access(tmp_path / "new")) as access:
        signed_in = access.sign_in("Änne.M-1", LONG)
        assert isinstance(signed_in, SignedIn)
        assert User("Änne.M-1", role) == signed_in.user
        assert access.sign_in("Änne.M-1", "the-first-one") is None


def test_accounts_are_listed_disabled_and_deleted(tmp_path):
    """The last active admin stays, whatever is asked for; what was done is in the audit log."""
    data = ("--data", str(tmp_path))
    for name, role in (("admin", "admin"), ("anna", "advisor")):
        run("account", name, "--role", role, *data, given=f"{LONG}\n")
    assert run("accounts", *data).stdout == "admin  admin  aktiv\nanna  advisor  aktiv\n"
    assert "anna  advisor  gesperrt" in run("accounts", *data, "--disable", "anna").stdout
    assert "anna  advisor  active" in run("accounts", *data, "--enable", "anna", language="en").stdout
    assert "anna" not in run("accounts", *data, "--delete", "anna").stdout
    for words in (("--disable", "admin"), ("--delete", "admin"), ("--delete", "anna")):
        assert ((ran := run("accounts", *data, *words)).exit_code, ran.stdout) == (1, "")
    assert run("account", "admin", *data, given=f"{LONG}\n").exit_code == 1
    with closing(Records(tmp_path)) as records:
        deeds = Audit(records.database).of("anna")
    assert [each.action for each in deeds] == [
        "account_set",
        "account_disabled",
        "account_enabled",
        "account_deleted",
    ]
    assert run("accounts", "--data", str(tmp_path / "none")).exit_code == 1


def test_an_account_is_set_by_a_prompt(tmp_path):
    """Asked for twice, and not shown while it is typed."""
    ours, theirs = pty.openpty()
    words = command("--lang", "en", "account", "anna", "--data", str(tmp_path))
    process = subprocess.Popen(**words, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    said = ""
    for prompt in ("Password:", "Once more:"):
        while prompt not in said:
            said += os.read(ours, 1_000).decode()
        os.write(ours, f"{LONG}\n".encode())
    while "is set" not in said:
        said += os.read(ours, 1_000).decode()
    assert (process.wait(SECONDS), LONG in said) == (0, False)
    os.close(ours)


@pytest.mark.parametrize("given", ["", "\n", "too-short\n"])
def test_a_short_password_is_refused(tmp_path, given):
    """And nothing is made."""
    ran = run("account", "anna", "--data", str(tmp_path / "data"), given=given)
    assert (
        ran.exit_code,
        "mindestens 10 Zeichen" in ran.stderr,
        (tmp_path / "data").exists(),
    ) == (1, True, False)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 81, "a\n", "<b>"])
def test_a_strange_name_is_a_mistake(tmp_path, name):
    """Said before a password is asked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            sys, "argv", ["planner-host", "--lang=de", "account", "--data", str(tmp_path), "--", name]
        )
        ran = subprocess_free_main()
    assert (ran.exit_code, "Der Name eines Kontos" in ran.stderr) == (2, True)


def subprocess_free_main():
    """Run the program as it starts itself, mistakes of usage included."""
    import click

    return CliRunner().invoke(click.command()(lambda: cli.main()), [], prog_name="planner-host")


def test_an_account_for_a_damaged_file_is_refused(tmp_path):
    """As a sentence."""
    (tmp_path / "access.sqlite3").write_bytes(b"no database " * 400)
    ran = run("account", "anna", "--data", str(tmp_path), given=f"{LONG}\n")
    assert (
        ran.exit_code,
        "können keine Daten abgelegt werden" in ran.stderr,
        ran.exception and None,
    ) == (1, True, None)


@pytest.mark.parametrize("words", [[], ["serve"], ["account"]], ids=" ".join)
def test_help_in_both_languages(words):
    """Usage, every option explained, and examples."""
    for language, heads in (
        ("de", ("Aufruf: planner-host", "Optionen:", "Beispiele:")),
        ("en", ("Usage: planner-host", "Options:", "Examples:")),
    ):
        ran = run(*words, "--help", language=language)
        assert ran.exit_code == 0
        assert [head in ran.stdout for head in heads] == [True] * 3
        assert "planner-host serve --port 0 --data ./planner" in ran.stdout
    german = run(*words, "--help").stdout
    assert [
        each
        for each in ("Usage", "Options", "[OPTIONS]", "Show", "INTEGER", "TEXT", "default")
        if each in german
    ] == []


@pytest.mark.parametrize(
    "words", [["serve", "--port", "x"], ["serve", "--colour"], ["serve", "x"], ["account"], []]
)
def test_a_mistake_is_a_sentence(words, monkeypatch):
    """Exit code 2, in German where German was asked for."""
    monkeypatch.setattr(sys, "argv", ["planner-host", "--lang", "de", *words])
    ran = subprocess_free_main()
    assert (
        ran.exit_code,
        ran.stdout,
        "Fehler: " in ran.stderr,
        "Error" in ran.stderr,
    ) == (2, "", True, False)


def test_an_export_of_the_dms_is_imported_beside_it(tmp_path):
    """`python -m planner_host.dms` into the file that the planner opens."""
    (tmp_path / "customers.csv").write_text("Kundennummer;Nachname\n4711;Müller\n", "utf-8")
    (tmp_path / "cars.csv").write_text("Kundennummer;Kennzeichen\n4711;K-MU 1\n", "utf-8")
    words = ["customers.csv", "cars.csv", "--into", "dms.sqlite3", "--lang", "en"]
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "planner_host.dms", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "Customers: 1 new, 0 changed, 0 removed, 0 unchanged.\n")

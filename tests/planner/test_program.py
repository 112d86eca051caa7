"""The program `planner-host`: how it serves and stops, manages accounts, and what it says where it cannot."""

import os
import re
import signal
import subprocess
import sys
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial

import click
import httpx
import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner

from planner_host import cli, startup
from planner_host.storage.audit import Audit
from planner_host.storage.records import Records
from web_base.accounts import access
from web_base.accounts.access import Access, SignedIn, User
from web_base.accounts.throttle import TRIES
from web_base.program import Failure, Texts
from web_base.running.serving import set_accounts

SECONDS = 30
LONG = "a-password-of-the-tests"
FILES = ("planner.sqlite3", "access.sqlite3", "dms.sqlite3")
RUBBISH = b"no database " * 400


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch):
    """Passwords are hashed for real in this process, but not for long."""
    cheap = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(access, "PasswordHasher", cheap)


@pytest.fixture
def run(monkeypatch):
    """Return a function that runs the program within this process, mistakes of usage included."""

    def run(*words, given="", language="de"):
        monkeypatch.setattr(sys, "argv", ["planner-host", f"--lang={language}", *words])
        program = click.command()(lambda: cli.main())
        return CliRunner().invoke(program, [], input=given, prog_name="planner-host")

    return run


def command(*words, **environment):
    """Return what runs the program as a person would, apart from this process."""
    ours = ("PLANNER_HOST_", "CARLOOP_")
    own = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    own |= {"LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": "/nonexistent"} | environment
    return {"args": [sys.executable, "-m", "planner_host", *words], "text": True, "env": own}


class Running:
    """A program that serves."""

    def __init__(self, process, said):
        self.process = process
        self._said = said
        self.url = process.stdout.readline().removeprefix("ready ").strip()
        assert self.url, self.said

    @property
    def said(self):
        """What it has told a person."""
        return self._said.read_text("utf-8")

    def sign_in(self, name, password, **headers):
        """Try to sign in; return the answer."""
        data = {"name": name, "password": password}
        headers = {"Origin": self.url} | headers
        return httpx.post(f"{self.url}/sign-in", data=data, headers=headers, trust_env=False)

    def statuses(self, *accounts):
        """Try to sign in with each name and password; return the statuses."""
        return [self.sign_in(*each).status_code for each in accounts]

    def stop(self, number=signal.SIGTERM):
        """End it; return the exit code, and what else came on standard output."""
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a planner in a process of its own."""
    with ExitStack() as stack:

        def start(*words, **environment):
            said, store = tmp_path / "said", str(tmp_path / "c.sqlite3")
            serve = command("serve", "--port", "0", *words, CARLOOP_STORE=store, **environment)
            with said.open("w", encoding="utf-8") as stderr:
                process = subprocess.Popen(**serve, stdout=subprocess.PIPE, stderr=stderr)
            stack.callback(process.stdout.close)
            stack.callback(process.wait, SECONDS)
            stack.callback(process.kill)
            return Running(process, said)

        yield start


def test_it_serves_stops_and_keeps_its_data(start, tmp_path):
    """One line on standard output; passwords are drawn and told once; accounts are there the next time."""
    data = tmp_path / "new" / "folder"
    first = start("--data", str(data))
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", first.url)
    ((advisor, admin),) = re.findall(r"advisor / (\S+), admin / (\S+)", first.said)
    assert first.statuses(("advisor", advisor), ("admin", admin), ("admin", advisor)) == [303, 303, 401]
    assert first.stop() == (0, "")
    assert {(data / name).stat().st_mode & 0o777 for name in FILES} == {0o600}

    again = start("--data", str(data), PLANNER_HOST_ADMIN_PASSWORD=LONG)
    assert again.statuses(("advisor", advisor), ("admin", LONG), ("admin", admin)) == [303, 303, 401]
    assert (advisor in again.said, LONG in again.said, str(data) in again.said) == (False, False, True)
    assert again.stop(signal.SIGINT) == (0, "")
    assert "Traceback" not in again.said


def test_the_environment_names_hosts_and_proxies(start, tmp_path):
    """Under these names cookies travel over https alone; the proxies are trusted. No folder is left behind."""
    places = tmp_path / "temporary"
    places.mkdir()
    running = start(
        PLANNER_HOST_ADMIN_PASSWORD=LONG,
        PLANNER_HOST_TRUSTED_HOSTS=" planner.example, other.example ,",
        PLANNER_HOST_TRUSTED_PROXIES="127.0.0.1",
        TMPDIR=str(places),
    )
    assert len(list(places.iterdir())) == 1
    cookies = []
    for host, expected in (("planner.example", 303), ("other.example:443", 303), ("evil.example", 400)):
        answer = running.sign_in("admin", LONG, Host=host, Origin=f"https://{host}")
        assert answer.status_code == expected
        cookies += answer.headers.get_list("set-cookie")
    assert ["; secure" in cookie.lower() for cookie in cookies] == [True, True]

    def sign_in(password, address):
        return running.sign_in("admin", password, **{"X-Forwarded-For": address}).status_code

    assert [sign_in("wrong", "203.0.113.7") for _ in range(TRIES)] == [401] * TRIES
    assert [sign_in(LONG, address) for address in ("203.0.113.7", "203.0.113.8")] == [429, 303]
    assert (running.stop(), list(places.iterdir())) == ((0, ""), [])


def test_a_provider_that_does_not_load_is_named(tmp_path):
    """With the reason, in a sentence; the planner is served all the same."""
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[workshop_planner.mobility]\nbroken = broken_provider\n", "utf-8")
    (tmp_path / "broken_provider.py").write_text("raise RuntimeError('canary')\n", "utf-8")
    # A folder that is a file ends it once the providers were named.
    words = ("--lang", "en", "serve", "--port", "0", "--data", str(info / "METADATA"))
    serve = command(*words, PYTHONPATH=str(tmp_path), WORKSHOP_PLANNER_DISABLE="carloop")
    ran = subprocess.run(**serve, capture_output=True, timeout=SECONDS, check=False)
    failed, none, refused_folder = ran.stderr.splitlines()[-3:]
    assert (ran.returncode, ran.stdout, "canary" in ran.stderr) == (1, "", False)
    assert failed.startswith("broken could not be loaded: ")
    assert "No mobility provider is installed" in none
    assert "Cannot keep data in" in refused_folder


@pytest.mark.usefixtures("plugin_environment")
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_a_sentence(tmp_path, name):
    """In either language; the file stays as it was."""
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / name
    file.write_bytes(RUBBISH)
    for language, words in (("de", "können keine Daten abgelegt werden: "), ("en", "Cannot keep data in ")):
        with pytest.raises(Failure) as failure:
            startup.serve("127.0.0.1", 0, file.parent, Texts(language, cli.LOCALE), say=lambda _: None)
        assert re.fullmatch(rf".*{words}.*[^.]\.", str(failure.value))
    assert file.read_bytes() == RUBBISH


def test_an_admin_is_made_where_there_is_none(run, tmp_path):
    """An advisor who was set before the first start cannot set the planner up."""
    assert run("account", "anna", "--data", str(tmp_path), given=f"{LONG}\n").exit_code == 0
    said = []
    with closing(Access(tmp_path)) as accounts:
        for _ in range(2):
            set_accounts(accounts, startup.ACCOUNTS, Texts("de", cli.LOCALE), data=tmp_path, say=said.append)
            assert accounts.accounts == (User("admin", "admin"), User("anna", "advisor"))
    assert ("admin / " in said[0], "advisor" in said[0], "gelten weiter" in said[1]) == (True, False, True)


@pytest.mark.parametrize("role", ["advisor", "admin"])
def test_an_account_is_set_from_standard_input(run, tmp_path, role):
    """The last password counts, and is not repeated."""
    for password in ("the-first-one", LONG):
        words = ("account", "Änne.M-1", "--role", role, "--data", str(tmp_path / "new"))
        ran = run(*words, given=f"{password}\nmore\n")
        assert (ran.exit_code, ran.stdout, password in ran.stderr) == (0, "", False)
        assert f"Das Konto Änne.M-1 ({role}) ist eingerichtet." in ran.stderr
    with closing(Access(tmp_path / "new")) as accounts:
        signed_in = accounts.sign_in("Änne.M-1", LONG)
        assert isinstance(signed_in, SignedIn)
        assert signed_in.user == User("Änne.M-1", role)
        assert accounts.sign_in("Änne.M-1", "the-first-one") is None


def test_accounts_are_listed_disabled_and_deleted(run, tmp_path):
    """Except the last active admin; what was done is in the audit log."""
    data = ("--data", str(tmp_path))
    assert run("accounts", "--data", str(tmp_path / "none")).exit_code == 1
    for name, role in (("admin", "admin"), ("anna", "advisor")):
        run("account", name, "--role", role, *data, given=f"{LONG}\n")
    assert run("accounts", *data).stdout == "admin  admin  aktiv\nanna  advisor  aktiv\n"
    assert "anna  advisor  gesperrt" in run("accounts", *data, "--disable", "anna").stdout
    assert "anna  advisor  active" in run("accounts", *data, "--enable", "anna", language="en").stdout
    assert "anna" not in run("accounts", *data, "--delete", "anna").stdout
    for words in (("--disable", "admin"), ("--delete", "admin"), ("--delete", "anna")):
        refused = run("accounts", *data, *words)
        assert (refused.exit_code, refused.stdout) == (1, "")
    assert run("account", "admin", *data, given=f"{LONG}\n").exit_code == 1
    with closing(Records(tmp_path)) as records:
        entries = [each.action for each in Audit(records.database).of("anna")]
    assert entries == [f"account_{action}" for action in ("set", "disabled", "enabled", "deleted")]


@pytest.mark.usefixtures("plugin_environment")
def test_people_are_erased_from_the_command_line(run, tmp_path, draft, visit):
    """After a look at what would go; what is older than set goes without a question. The audit log says who."""
    data = ("--data", str(tmp_path))
    assert run("erase", *data, "--due").exit_code == 1
    customer = {"source": "dms", "number": "10001", "last_name": "Müller"}
    long_ago = replace(visit, start=visit.start.replace(year=2020), end=visit.end.replace(year=2020))
    with closing(Records(tmp_path)) as records:
        hans = records.save(draft(visit=replace(visit, customer=customer))).appointment
        old = records.save(draft(visit=long_ago)).appointment
    for words in ((), ("--due", "--customer", "1"), ("--customer", "10001")):
        assert run("erase", *data, *words).exit_code == 2, words
    tried = run("erase", *data, "--customer", "10001", "--dry-run")
    assert (tried.exit_code, f"Zu löschende Termine: 1 ({hans.id})" in tried.stderr) == (0, True)
    erased = run("erase", *data, "--customer", "10001", "--yes").stdout
    for said in ("Werkstattplaner: 1 Eintrag gelöscht", "DMS-Kopie des Planers: 1 Eintrag", "Carloop: "):
        assert said in erased

    assert "nicht von selbst gelöscht" in run("retention", *data).stdout
    assert "Werkstattplaner" not in run("erase", *data, "--due").stdout
    said = run("retention", *data, "--months", "12", language="en").stdout
    assert said == "Months that appointments are kept: 12\n"
    assert old.id in run("erase", *data, "--due", "--dry-run").stderr
    assert "Workshop planner: 1 entry erased" in run("erase", *data, "--due", language="en").stdout
    with closing(Records(tmp_path)) as records:
        assert records.count_appointments() == 0
        entries = [(each.user, each.action) for each in Audit(records.database).page(1)[0]]
    assert entries == [("planner-host", action) for action in ("erasure", "retention", "erasure")]


@pytest.mark.parametrize(
    ("name", "given", "code", "words"),
    [
        ("anna", "too-short\n", 1, "mindestens 10 Zeichen"),
        ("a b", "", 2, "Der Name eines Kontos"),
        ("a\n", "", 2, "Der Name eines Kontos"),
    ],
    ids=["short password", "name with a blank", "name with a line end"],
)
def test_an_account_that_cannot_be_set_is_refused(run, tmp_path, name, given, code, words):
    """In a sentence; nothing is made."""
    ran = run("account", name, "--data", str(tmp_path / "data"), given=given)
    assert (ran.exit_code, words in ran.stderr, (tmp_path / "data").exists()) == (code, True, False)


def test_a_proxy_that_is_no_address_is_refused(run, monkeypatch):
    """The sentence repeats it."""
    monkeypatch.setenv("PLANNER_HOST_TRUSTED_PROXIES", "nonsense")
    ran = run("serve", "--port", "0", language="en")
    assert (ran.exit_code, "names something that is no address: nonsense" in ran.stderr) == (1, True)


@pytest.mark.parametrize("words", [[], ["serve"], ["account"], ["erase"], ["retention"]], ids=" ".join)
def test_help_in_both_languages(run, words):
    """Usage, options and examples; the German one has no English word of click's."""
    for language, heads in (("de", ("Aufruf:", "Beispiele:")), ("en", ("Usage:", "Examples:"))):
        ran = run(*words, "--help", language=language)
        assert (ran.exit_code, [head in ran.stdout for head in heads]) == (0, [True] * 2)
    german = run(*words, "--help").stdout
    english = ("Usage", "Options", "[OPTIONS]", "Show", "INTEGER", "TEXT", "default")
    assert [each for each in english if each in german] == []

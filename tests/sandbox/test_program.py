"""The program `carloop-sandbox`, as a process."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from carloop_sandbox.running import run_sandbox_process

BASE = "/api/planner/v1"


def run(*arguments, **environment):
    """Run the program to its end."""
    return subprocess.run(
        [sys.executable, "-m", "carloop_sandbox", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
    )


@contextmanager
def serving(*arguments, **environment):
    """Run the program until the block is left, and give the process and its address."""
    command = [sys.executable, "-m", "carloop_sandbox", "serve", "--port", "0", *arguments]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:"), process.stderr.read()
        yield process, line.split()[1]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_says_ready_and_stops_cleanly(stop):
    """One line on standard output as soon as it answers; 0 and silence when it is told to stop."""
    with serving("--token", "t", CARLOOP_SANDBOX_PASSWORD="p") as (process, url):
        assert httpx.get(f"{url}{BASE}/health").json() == {"status": "ok"}
        process.send_signal(stop)
        assert process.wait(timeout=10) == 0
        assert (process.stdout.read(), process.stderr.read()) == ("", "")


def test_it_stops_while_somebody_is_connected():
    """An open connection and a request that is held do not keep it."""
    with serving("--token", "t", "--allow-faults") as (process, url), httpx.Client(base_url=url) as http:
        http.post("/sandbox/faults", json={"operation": "account", "fault": "delay", "value": 60})
        with pytest.raises(httpx.ReadTimeout):
            http.get(f"{BASE}/account", headers={"Authorization": "Bearer t"}, timeout=0.2)
        assert http.get(f"{BASE}/health").status_code == 200
        process.terminate()
        assert process.wait(timeout=10) == 0


def test_without_a_token_one_is_drawn_and_shown():
    """On standard error, for a person."""
    with serving() as (process, url):
        token = process.stderr.readline().split()[1]
        answer = httpx.get(f"{url}{BASE}/account", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200


def sign_in(url, password, **headers):
    """Sign in to the pages, and give the answer."""
    headers = {"Sec-Fetch-Site": "same-origin"} | headers
    return httpx.post(f"{url}/sign-in", data={"name": "admin", "password": password}, headers=headers)


@pytest.mark.parametrize(("language", "word"), [("de", "Anmeldung:"), ("en", "Sign-in:")])
def test_the_sign_in_is_drawn_and_shown_once(tmp_path, language, word):
    """It goes on being valid after a restart, as do the sessions, and is not shown again."""
    arguments = ("--data", str(tmp_path), "--token", "t", "--lang", language)
    with serving(*arguments) as (process, url):
        first, name, slash, password, *_ = process.stderr.readline().split()
        assert (first, name, slash) == (word, "admin", "/")
        answer = sign_in(url, password)
        assert answer.status_code == 303
    with serving(*arguments) as (process, url):
        said = process.stderr.readline()
        assert str(tmp_path) in said
        assert password not in said
        with httpx.Client(base_url=url, cookies=answer.cookies) as browser:
            assert browser.get("/").status_code == 200
        assert sign_in(url, password).status_code == 303


def test_the_environment_sets_the_password(tmp_path):
    """It is not shown; the same one throws nobody out, another one does; an empty one counts as none."""
    arguments = ("--data", str(tmp_path), "--token", "t")
    with serving(*arguments, CARLOOP_SANDBOX_PASSWORD="first") as (_, url):
        session = sign_in(url, "first").cookies
    for password, still_in in (("first", True), ("", True), ("second", False)):
        with serving(*arguments, CARLOOP_SANDBOX_PASSWORD=password) as (process, url):
            with httpx.Client(base_url=url, cookies=session) as browser:
                assert (browser.get("/").status_code == 200) is still_in
            assert sign_in(url, password or "first").status_code == 303
            process.terminate()
            assert "first" not in process.stderr.read()


def test_further_names_are_trusted_on_request():
    """Beside this machine's own."""
    names = "carloop.example, other.example"
    with serving("--token", "t", CARLOOP_SANDBOX_PASSWORD="p", CARLOOP_SANDBOX_TRUSTED_HOSTS=names) as (
        _,
        url,
    ):
        known = [sign_in(url, "p", Host=host).status_code for host in ("other.example:8081", "evil.example")]
    assert known == [303, 400]


def test_data_survive_a_kill(tmp_path):
    """Rentals, tokens and the clock are there again; nothing is seeded twice, no token drawn twice."""
    arguments = ("--data", str(tmp_path / "deep" / "folder"), "--allow-faults")
    with serving(*arguments, "--token", "t") as (process, url):
        with httpx.Client(base_url=url, headers={"Authorization": "Bearer t"}) as http:
            http.post("/sandbox/clock", json={"now": "2031-03-03T08:00:00Z"})
            second = http.post("/sandbox/tokens", json={"label": "second"}).json()["token"]
            period = {"start": "2031-04-01T08:00:00Z", "end": "2031-04-02T08:00:00Z"}
            vehicle = http.get(f"{BASE}/vehicles", params=period).json()["items"][0]["id"]
            body = {
                "external_reference": "r",
                "vehicle_id": vehicle,
                **period,
                "customer": {"source": "manual", "last_name": "X"},
            }
            headers = {"Idempotency-Key": "k"}
            made = http.post(f"{BASE}/rentals", json=body, headers=headers)
            account = http.get(f"{BASE}/account").json()
            count = len(http.get(f"{BASE}/rentals?limit=1000").json()["items"])
        process.kill()
        process.wait()
    with serving(*arguments) as (process, url):
        assert "second" not in process.stderr.readline()
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {second}"}) as http:
            assert http.get(f"{BASE}/account").json() == account
            assert len(http.get(f"{BASE}/rentals?limit=1000").json()["items"]) == count
            again = http.post(f"{BASE}/rentals", json=body, headers=headers)
            assert (again.json()["id"], again.headers["idempotent-replay"]) == (made.json()["id"], "true")
            old = http.get(f"{BASE}/account", headers={"Authorization": "Bearer t"})
            assert old.status_code == 200


def test_a_new_token_takes_the_place_of_the_first(tmp_path):
    """--token is the token `start`, whatever it was before."""
    with serving("--data", str(tmp_path), "--token", "one"):
        pass
    with serving("--data", str(tmp_path), "--token", "two") as (_, url):
        codes = [
            httpx.get(f"{url}{BASE}/account", headers={"Authorization": f"Bearer {t}"}).status_code
            for t in ("one", "two")
        ]
        assert codes == [401, 200]


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "Cannot listen on 127.0.0.1"), ("de", "Auf 127.0.0.1")]
)
def test_a_port_that_is_taken_is_one_sentence(language, sentence):
    """And 1, without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("serve", "--port", str(taken.getsockname()[1]), "--lang", language)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert result.stderr.startswith(sentence)


@pytest.mark.parametrize("kind", ["file", "below a file", "broken database"])
def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path, kind):
    """And 1 or 2, without a traceback."""
    file = tmp_path / "carloop-sandbox.sqlite3"
    file.write_text("this is no database, but it is long enough to be looked at as one " * 20)
    folder = {"file": file, "below a file": file / "x", "broken database": tmp_path}[kind]
    result = run("serve", "--port", "0", "--data", str(folder))
    assert result.returncode in (1, 2)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert str(folder) in result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", "::"])  # noqa: S104
def test_faults_are_for_loopback_alone(host):
    """A usage error elsewhere."""
    result = run("serve", "--host", host, "--allow-faults")
    assert (result.returncode, result.stdout) == (2, "")
    assert "--allow-faults" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "65536"],
        ["--vehicles", "-1"],
        ["--nonsense"],
        ["--port", "x"],
        ["--token", ""],
        ["--token", "a b"],
    ],
)
def test_wrong_options_are_usage_errors(arguments):
    """2."""
    assert run("serve", *arguments).returncode == 2


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Serve the planner interface"), ("de", "Schnittstelle anbieten")]
)
def test_the_help_is_in_both_languages_and_has_examples(language, words):
    """By --lang or by the locale."""
    by_option = run("serve", "--help", "--lang", language)
    by_locale = run("serve", "--help", LC_ALL="de_DE.UTF-8" if language == "de" else "en_US.UTF-8")
    assert by_option.returncode == by_locale.returncode == 0
    assert by_option.stdout == by_locale.stdout
    assert words in by_option.stdout
    assert "carloop-sandbox serve --allow-faults --token test-token" in by_option.stdout


def test_without_the_extra_it_says_how_to_get_it(tmp_path):
    """One sentence that names the extra, and 1."""
    for name in ("starlette", "uvicorn"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise ModuleNotFoundError(name={name!r})")
    result = run("serve", PYTHONPATH=str(tmp_path))
    assert (result.returncode, result.stdout) == (1, "")
    assert 'pip install "carloop-plugin[demo]"' in result.stderr
    assert result.stderr.count("\n") == 1


def test_two_languages_have_the_same_texts():
    """Each text is there twice, with the same values to put in."""
    import string

    from carloop_sandbox.texts import TEXTS

    def names(text):
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)

    assert all(names(english) == names(german) for english, german in TEXTS.values())
    assert all(english != german for english, german in TEXTS.values())


def test_what_keeps_it_from_starting_is_told(capfd):
    """By what runs it for others; what it says otherwise stands in nobody's way."""
    with pytest.raises(RuntimeError, match="--nonsense"), run_sandbox_process(arguments=("--nonsense",)):
        pass
    with run_sandbox_process() as sandbox:
        assert httpx.get(f"{sandbox.url}/sign-in").status_code == 200
    assert capfd.readouterr() == ("", "")

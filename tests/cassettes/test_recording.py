"""Recording again changes nothing but what really changed."""

import shutil
from pathlib import Path

import pytest
from carloop_scenes import SCENES
from carloop_scenes.command import main
from carloop_scenes.scrub import HOST, LONGEST_BODY, scrub_request, scrub_response, without_prose
from carloop_scenes.tape import FOLDER, cassette_of
from carloop_scenes.theatre import record
from click.testing import CliRunner
from vcr.request import Request

ORIGIN = "http://127.0.0.1:43121"


@pytest.mark.parametrize(
    "name",
    [
        "interface_feed",
        "interface_change_end_of_a_running_rental",
        "refusal_request_in_progress",
        "refusal_token_invalid",
        "client_never_heard_of_again",
        "plugin_reconcile",
    ],
)
def test_recording_again_gives_the_same_bytes(name, tmp_path):
    """Another day, port and process: the file in the repository comes out again. `--check` does so for all."""
    path = cassette_of(name, folder=tmp_path)
    record(SCENES[name], path)
    assert path.read_bytes() == cassette_of(name).read_bytes()


def run(folder, *arguments):
    """Run the command behind `make cassettes` on a folder."""
    return CliRunner().invoke(main, ["--folder", str(folder), *arguments])


@pytest.fixture
def two(tmp_path):
    """A folder of two cassettes, one of them not what the sandbox says today."""
    for name in ("interface_health", "interface_account"):
        cassette_of(name, folder=tmp_path).write_bytes(cassette_of(name).read_bytes())
    stale = cassette_of("interface_account", folder=tmp_path)
    stale.write_text(stale.read_text(encoding="utf-8").replace("Rastatt", "Durlach"), encoding="utf-8")
    return tmp_path


def test_check_tells_and_changes_nothing(two):
    """`--check` names the cassette that would change and exits 1."""
    before = {path.name: path.read_bytes() for path in two.iterdir()}
    result = run(two, "--check", "interface_health", "interface_account")
    assert (result.exit_code, result.stdout) == (1, "changed  interface_account\n")
    assert {path.name: path.read_bytes() for path in two.iterdir()} == before


def test_only_what_changed_is_written(two):
    """Recording brings the stale cassette up to date, leaves the other alone, and then has nothing to say."""
    untouched = cassette_of("interface_health", folder=two).stat().st_mtime_ns
    names = ("interface_health", "interface_account")
    assert run(two, *names).stdout == "changed  interface_account\n"
    assert cassette_of("interface_health", folder=two).stat().st_mtime_ns == untouched
    again = run(two, "--check", *names)
    assert (again.exit_code, again.stdout) == (0, "")


def test_new_cassette_is_told(tmp_path):
    """A scene that has none gets one."""
    assert run(tmp_path, "interface_health").stdout == "new      interface_health\n"
    assert [path.name for path in tmp_path.iterdir()] == ["interface_health.yaml"]


def test_cassette_without_a_scene_is_dropped(tmp_path):
    """Recording all scenes removes what no scene plays any more, and leaves the others as they are."""
    for name in SCENES:
        shutil.copy(cassette_of(name), tmp_path)
    cassette_of("interface_gone", folder=tmp_path).write_text("version: 1\n", encoding="utf-8")
    assert run(tmp_path).stdout == "dropped  interface_gone\n"
    assert set(SCENES) == {path.stem for path in tmp_path.iterdir()}


def test_address_token_and_transport_are_left_out():
    """Whatever a client sends along and a server adds, only what decides is kept, under the stable address."""
    headers = {"Authorization": "Bearer x", "Host": "127.0.0.1:43121", "User-Agent": "x", "If-Match": '"1"'}
    request = scrub_request(Request("GET", f"{ORIGIN}/api/planner/v1/rentals/R1?a=b", None, headers))
    assert request is not None
    assert (request.uri, dict(request.headers)) == (
        f"{HOST}/api/planner/v1/rentals/R1?a=b",
        {"if-match": '"1"'},
    )
    body = f'{{"web_url":"{ORIGIN}/rentals/R1"}}'.encode()
    answer = {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Date": ["now"], "Server": ["x"], "ETag": ['"1"'], "Content-Length": [str(len(body))]},
        "body": {"string": body},
    }
    kept = scrub_response(answer, origin=ORIGIN)
    assert kept["body"]["string"] == f'{{\n "web_url": "{HOST}/rentals/R1"\n}}'.encode()
    assert kept["headers"] == {"content-length": [str(len(kept["body"]["string"]))], "etag": ['"1"']}
    assert scrub_response(kept, origin=ORIGIN) == kept


def test_controls_are_never_recorded():
    """What is done behind the scene, with tokens in its answers, is not the interface's."""
    assert scrub_request(Request("POST", f"{ORIGIN}/sandbox/tokens", b"{}", {})) is None


def test_huge_body_is_kept_as_its_size():
    """A body sent to be too large is not worth its room."""
    url = f"{ORIGIN}/api/planner/v1/rentals"
    request = scrub_request(Request("POST", url, b"x" * (LONGEST_BODY + 1), {}))
    assert request is not None
    assert request.body == b"[16385 bytes]"


def test_prose_is_left_out_of_the_document_alone():
    """A sentence of the interface's description may change without a recording; a field called so may not."""
    document = {
        "description": "prose",
        "properties": {"description": {"type": "string", "examples": ["x"]}},
        "example": 1,
    }
    assert without_prose(document) == {"properties": {"description": {"type": "string"}}}


def test_folder_of_the_cassettes_is_the_repositorys():
    """The command writes where the tests read."""
    assert Path(__file__).resolve().parents[2] / "cassettes" == FOLDER

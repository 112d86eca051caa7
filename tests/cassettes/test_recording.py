"""Recording again changes nothing but what really changed."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cassettes.record import compare, main, take_over
from tests.cassettes.recorder.cassette import FOLDER, cassette_of
from tests.cassettes.recorder.scenario import record
from tests.cassettes.scenarios import SCENARIOS

NAMES = ("interface_health", "interface_account")


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
    record(SCENARIOS[name], path)
    assert path.read_bytes() == cassette_of(name).read_bytes()


def run(folder, *arguments):
    """Run the command behind `make cassettes` on a folder."""
    return CliRunner().invoke(main, ["--folder", str(folder), *arguments])


def test_only_what_changed_is_named_and_written(tmp_path):
    """Who has no cassette gets one; a stale one is brought up to date, others are left alone; `--check` only looks."""
    assert run(tmp_path, "interface_health").stdout == "new      interface_health\n"
    assert [path.name for path in tmp_path.iterdir()] == ["interface_health.yaml"]
    same, stale = (cassette_of(name, folder=tmp_path) for name in NAMES)
    before = cassette_of("interface_account").read_bytes().replace(b"Rastatt", b"Durlach")
    stale.write_bytes(before)
    untouched = same.stat().st_mtime_ns
    checked = run(tmp_path, "--check", *NAMES)
    assert (checked.exit_code, checked.stdout) == (1, "changed  interface_account\n")
    assert stale.read_bytes() == before
    assert run(tmp_path, *NAMES).stdout == "changed  interface_account\n"
    assert stale.read_bytes() == cassette_of("interface_account").read_bytes()
    assert same.stat().st_mtime_ns == untouched
    again = run(tmp_path, "--check", *NAMES)
    assert (again.exit_code, again.stdout) == (0, "")


def test_cassette_without_a_scenario_is_dropped(tmp_path):
    """Where all scenarios are recorded; where some are named, the other cassettes are left alone."""
    fresh, kept = tmp_path / "fresh", tmp_path / "kept"
    for folder, name in ((fresh, "interface_health"), (kept, "interface_health"), (kept, "interface_gone")):
        folder.mkdir(exist_ok=True)
        cassette_of(name, folder=folder).write_text("version: 1\n", encoding="utf-8")
    assert compare(fresh, kept, ("interface_health",)) == []
    differences = compare(fresh, kept, ())
    assert differences == [("interface_gone", "dropped")]
    take_over(differences, fresh, kept)
    assert [path.stem for path in kept.iterdir()] == ["interface_health"]


def test_every_scenario_has_its_cassette():
    """No more and no fewer, in the repository's folder, which holds nothing else that a scan would miss."""
    assert Path(__file__).resolve().parents[2] / "cassettes" == FOLDER
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(f"{name}.yaml" for name in SCENARIOS)

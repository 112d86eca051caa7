"""The Python examples of all pages run unchanged, without settings and with a Carloop connected."""

import logging
import re
import textwrap
import uuid
from pathlib import Path

import pytest

from mobility_hookspecs import MobilityHost
from tests.support.contract_documents import ContractDocuments

FENCE = re.compile(r"^( *)```python\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
ROOT = Path(__file__).resolve().parents[2]
NOT_RUN = {"docs/how-to/record-cassettes.md"}  # a scenario for the recorder, which `make cassettes` runs
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (
        *ROOT.glob("*.md"),
        *ROOT.glob("*/*.md"),
        *ROOT.glob("examples/*/*.md"),
        *ROOT.glob("docs/*/*.md"),
    )
    if ".venv" not in path.parts and FENCE.search(path.read_text("utf-8"))
)
SHOWING_FAILURES = {"README.md", "hookspecs/README.md", "docs/how-to/load-providers-in-a-planner.md"}


@pytest.fixture(params=["plugin_environment", "configured"])
def settings(request):
    """Run a test without settings, and with those of a running sandbox."""
    request.getfixturevalue(request.param)
    return request.param


@pytest.fixture
def given(monkeypatch):
    """Return the names that the examples use without defining them."""
    monkeypatch.syspath_prepend(ROOT / "examples/taxi_voucher")
    events = logging.getLogger("carloop_plugin.events")
    monkeypatch.setattr(events, "handlers", [*events.handlers])
    monkeypatch.setattr(events, "level", events.level)
    period = {"start": "2031-03-03T08:00:00+01:00", "end": "2031-03-03T17:00:00+01:00"}
    appointment = ContractDocuments().appointment(period=period)
    cancelling = {"provider": "carloop", "action": "cancel", "rental_id": "R1"}
    with MobilityHost.load() as host:
        yield {
            "log": logging.getLogger(__name__),
            "host": host,
            "appointment": appointment,
            "document": appointment,
            "appointment_id": "A-1",
            "period": period,
            "request": ContractDocuments().request(period=period),
            "provider": "taxi",
            "option": {"id": "V1001"},
            "change_id": str(uuid.uuid4()),
            "change": cancelling | {"change_id": str(uuid.uuid4())},
        }


@pytest.mark.parametrize("name", [name for name in PAGES if name not in NOT_RUN])
def test_every_example_runs(name, settings, given, capsys):
    """No example raises; those that print a failure print its cause, not only the title."""
    names = {}
    for _, code in FENCE.findall((ROOT / name).read_text("utf-8")):
        names |= given
        exec(compile(textwrap.dedent(code), name, "exec"), names)  # noqa: S102
    shown = capsys.readouterr().out
    if settings == "plugin_environment" and name in SHOWING_FAILURES:
        assert re.search("No web address has been entered|keine Webadresse eingetragen", shown)


def test_the_pages_with_examples():
    """The pages that print failures or are not run are among the pages with examples."""
    assert set(PAGES) > SHOWING_FAILURES | NOT_RUN

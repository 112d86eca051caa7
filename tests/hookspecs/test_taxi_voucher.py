"""The example of another author's provider: installed on its own, and loaded beside Carloop into one list."""

import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mobility_hookspecs import MobilityHost, MobilityProblem

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "taxi_voucher"


@pytest.fixture(scope="module")
def site_packages(tmp_path_factory):
    """A folder into which pip installed the example, by its own pyproject.toml."""
    target = tmp_path_factory.mktemp("taxi")
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *offline, "--target", str(target), str(EXAMPLE)], check=True
    )
    return target


@pytest.fixture
def installed(site_packages, monkeypatch):
    """The example, where the planner's Python finds it; gone again with its vouchers."""
    monkeypatch.syspath_prepend(str(site_packages))
    monkeypatch.delenv("WORKSHOP_PLANNER_DISABLE", raising=False)
    yield
    sys.modules.pop("taxi_voucher", None)


@pytest.fixture
def taxi(installed):
    """A host with the taxi alone."""
    with MobilityHost.load(disabled=("carloop",), strict=True) as host:
        yield host


def test_the_example_is_short_and_needs_the_contract_alone():
    """At most 60 lines, and one dependency."""
    assert len((EXAMPLE / "taxi_voucher.py").read_text(encoding="utf-8").splitlines()) <= 60
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dependencies"] == ["mobility-hookspecs>=1.0,<2"]


def test_the_taxi_is_found_and_offers_a_voucher(taxi, documents):
    """An exact match; an alternative that counts in no total where cars are filtered."""
    assert [info["id"] for info in taxi.providers] == ["taxi_voucher"]
    (option,) = taxi.mobility_options(documents.request()).answers["taxi_voucher"]["options"]
    assert (option["kind"], option["match"]) == ("taxi", "exact")
    filters = {"vehicle_classes": ["suv"], "features": []}
    offer = taxi.mobility_options(documents.request(filters=filters)).answers["taxi_voucher"]
    assert (offer["options"][0]["match"], offer["total"]) == ("alternative", 0)


def test_a_voucher_is_booked_once_and_cancelled(taxi, documents):
    """The same change again gives the same outcome; a second booking shows the first; a cancelled one is gone."""
    booking = documents.change("taxi_voucher", option_id="voucher")
    booked = taxi.change_rental(booking)
    assert booked["status"] == "done"
    assert taxi.change_rental(booking) == booked
    second = taxi.change_rental(booking | {"change_id": _uuid(2)})
    assert (second["problem"]["code"], second["rental"]) == ("already_booked", booked["rental"])
    reused = taxi.change_rental(booking | {"option_id": "another"})
    assert reused["problem"]["code"] == "change_id_reused"
    states = taxi.mobility_states(["A-1", "A-2"]).answers["taxi_voucher"]
    assert [state["state"] for state in states] == ["booked", "open"]

    rental_id = booked["rental"]["id"]
    cancel = {"change_id": _uuid(3), "provider": "taxi_voucher", "action": "cancel", "rental_id": rental_id}
    for change_id in (_uuid(3), _uuid(3), _uuid(4)):
        cancelled = taxi.change_rental(cancel | {"change_id": change_id})
        assert (cancelled["status"], cancelled["rental"]["status"]) == ("done", "cancelled")
    assert taxi.mobility_states(["A-1"]).answers["taxi_voucher"][0]["state"] == "open"
    assert taxi.change_rental(booking | {"change_id": _uuid(5)})["status"] == "done"


def test_the_taxi_says_what_it_cannot_do(taxi, documents):
    """Neither change an end nor cancel what it never issued; another's change is not its own."""
    unknown = {"change_id": _uuid(6), "provider": "taxi_voucher", "action": "cancel", "rental_id": "r"}
    assert taxi.change_rental(unknown)["problem"]["code"] == "rental_not_found"
    booked = taxi.change_rental(documents.change("taxi_voucher", change_id=_uuid(7)))
    end = unknown | {"change_id": _uuid(8), "action": "change_end", "rental_id": booked["rental"]["id"]}
    assert taxi.change_rental(end | {"end": "2027-03-05T12:00:00Z"})["problem"]["code"] == "not_supported"
    assert sys.modules["taxi_voucher"].on_rental_change(documents.change("carloop"), None) is None


def test_the_taxi_knows_nothing_of_1_1(taxi, documents):
    """It has no price to quote, is not even asked to rebook, takes a station for a filter, and has no notices."""
    with pytest.raises(MobilityProblem, match="not_supported"):
        taxi.quote(documents.change("taxi_voucher"))
    rebook = documents.change("taxi_voucher", change_id=_uuid(9), action="rebook", rental_id="r")
    problem = taxi.change_rental(rebook, locale="en")["problem"]
    assert problem["detail"] == "The provider does not declare the capability rebook."
    filters = {"vehicle_classes": [], "features": [], "stations": ["mitte"]}
    offer = taxi.mobility_options(documents.request(filters=filters)).answers["taxi_voucher"]
    assert [option["match"] for option in offer["options"]] == ["alternative"]
    assert "notices" not in taxi.mobility_states(["A-9"]).answers["taxi_voucher"][0]


def test_taxi_and_carloop_give_one_list(installed, configured, documents):
    """Both are found by entry point, asked at once, and their options stand in one list."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
    period = {"start": start.isoformat(), "end": (start + timedelta(hours=8)).isoformat()}
    with MobilityHost.load() as host:
        assert host.failures == ()
        gathered = host.mobility_options(documents.request(period=period))
    assert gathered.failures == ()
    assert list(gathered.answers) == ["carloop", "taxi_voucher"]
    kinds = [option["kind"] for offer in gathered.answers.values() for option in offer["options"]]
    assert set(kinds) == {"rental_car", "taxi"}


def _uuid(number):
    return f"00000000-0000-4000-8000-{number:012}"

"""A planner host with the plugin set up for a scenario's Carloop, and one appointment."""

import time
from contextlib import closing, contextmanager

import pytest

from carloop_plugin import bootstrap, plugin
from carloop_plugin.store.sqlite.file import SqliteFile
from mobility_hookspecs import MobilityHost
from tests.cassettes.recorder.carloop import CUSTOMER, END, INSTALLATION, START, key
from tests.support.contract_documents import ContractDocuments
from tests.support.planner import answer_of

APPOINTMENT = ContractDocuments().appointment(period={"start": START, "end": END}, customer=CUSTOMER)


class Planner:
    """What an advisor does, as short calls; changes carry the ids of `key`."""

    def __init__(self, host):
        """Act through a host that has the plugin."""
        self.host = host

    def save(self):
        """Save the appointment and return what step 4 shows."""
        return answer_of(self.host.appointment_saved(APPOINTMENT))

    def search(self, **filters):
        """Search the free cars of the appointment's period."""
        request = {"site": "main", "period": APPOINTMENT["period"], "filters": filters}
        return answer_of(self.host.mobility_options(request))

    def state(self):
        """Return the appointment's state."""
        return answer_of(self.host.mobility_states([APPOINTMENT["id"]]))[0]

    def reconcile(self):
        """Let the plugin reconcile once and return its report."""
        return answer_of(self.host.reconcile())

    def book(self, number, **fields):
        """Book a car for the appointment, with fields of the change replaced."""
        change = {"appointment_id": APPOINTMENT["id"], "site": "main", "option_id": "V1001"}
        change |= {"period": APPOINTMENT["period"], "customer": CUSTOMER}
        return self.change(number, "book", **change | fields)

    def change(self, number, action, **fields):
        """Send the change of that number."""
        return self.host.change_rental(_change(number, action, fields))

    def quote(self, number, action, **fields):
        """Ask what the change of that number would cost."""
        return self.host.quote(_change(number, action, fields))


def _change(number, action, fields):
    return {"change_id": key(number), "provider": "carloop", "action": action, **fields}


@contextmanager
def planner_of(carloop):
    """Open a host whose plugin knows the scenario's Carloop by its environment, with a store of its own."""
    store = carloop.folder / "carloop.sqlite3"
    with pytest.MonkeyPatch.context() as patch, MobilityHost.of(plugin) as host:
        patch.delenv("CARLOOP_CONFIG", raising=False)
        patch.setenv("XDG_CONFIG_HOME", str(carloop.folder))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        patch.setenv("CARLOOP_BASE_URL", carloop.base_url)
        patch.setenv("CARLOOP_TOKEN", carloop.token)
        patch.setenv("CARLOOP_STORE", str(store))
        patch.setattr(bootstrap, "SLEEP", lambda _seconds: None)
        _make_store(store)
        try:
            yield Planner(host)
        finally:
            bootstrap.close()


def _make_store(path):
    # with an id that is not drawn: it is part of every reference that Carloop gets to see
    with (
        closing(SqliteFile(path, installation=INSTALLATION)) as file,
        file.open(deadline=time.monotonic() + 10),
    ):
        pass

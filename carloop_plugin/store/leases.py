"""Leases: which process looks after a pending intent, so that many do not all ask Carloop about the same one.

A lease is a courtesy and never a lock: two processes at one intent send the same key, and there is one rental. So it
may be lost early, to a process that sees that its holder is dead, and is lost in any case when its time is over.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys

from carloop_plugin.domain.judgement import LONGEST_SENDING
from mobility_hookspecs.authoring.forking import renew_in_child

LEASE_SECONDS = LONGEST_SENDING + 2.0
"""How long one lasts. Hosts reconcile every 30 s, so what a dead server held is settled within a minute."""

HELD = f"lease_holder = ?, lease_until = {{db.NOW}} + {LEASE_SECONDS}"
"""SQL, formatted with the database as `db`, that leases an intent to the process whose name is its value."""

# One that would last too long was taken before the clock was set back.
FREE = (
    "(lease_until IS NULL OR lease_holder {db.AMONG}"
    f" OR NOT (lease_until > {{db.NOW}} AND lease_until <= {{db.NOW}} + {LEASE_SECONDS}))"
)
"""SQL for the intents that nobody has leased but the processes whose names are its value."""


def _name() -> str:
    # A process may get the number of one that is gone, be it an ancestor of its own.
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


PROCESS = _name()
"""The name of this process, distinct from every other one's, past and future: computer, number, a random mark."""


def is_gone(holder: str) -> bool:
    """Return whether a process is known to be dead; of another computer's that cannot be known."""
    computer, number, _ = holder.split("/")
    if computer != socket.gethostname() or sys.platform == "win32":  # where signal 0 would end it
        return False
    if int(number) == os.getpid():
        return holder != PROCESS  # an earlier process, as in a container that was started anew
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # somebody else's, alive
    return False


def _rename() -> None:
    global PROCESS
    PROCESS = _name()


renew_in_child(_rename)

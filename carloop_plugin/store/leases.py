"""Leases: which process looks after a pending intent, so that many do not all ask Carloop about the same one.

A lease is a courtesy and never a lock: two processes at one intent send the same key, and there is one rental. So it
may be lost early, to a process that sees that its holder is dead, and is lost in any case when its time is over.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Mapping
from typing import Any

from carloop_plugin.domain.judgement import LONGEST_SENDING
from mobility_hookspecs.authoring.forking import renew_in_child

LEASE_SECONDS = LONGEST_SENDING + 2.0
"""How long one lasts. Hosts reconcile every 30 s, so what a dead server held is settled within a minute."""

_marks: dict[int, str] = {}
# A process may get the number of one that is gone, be it an ancestor of its own.
renew_in_child(_marks.clear)


def this_process() -> str:
    """Name this process, distinct from every other one, past and future: its computer, its number, a random mark."""
    number = os.getpid()
    # By the number, for a forked process is another one.
    mark = _marks.setdefault(number, secrets.token_hex(4))
    return f"{socket.gethostname()}/{number}/{mark}"


def is_free(intent: Mapping[str, Any]) -> bool:
    """Return whether an intent may be leased: its row, with the database's time as `now`."""
    holder, until, now = intent["lease_holder"], intent["lease_until"], intent["now"]
    if holder is None or until is None or holder == this_process():
        return True
    # One that would last too long was taken before the clock was set back.
    return not now < until <= now + LEASE_SECONDS or is_gone(holder)


def is_gone(holder: str) -> bool:
    """Return whether a process is known to be dead; of another computer's that cannot be known."""
    computer, number, _ = holder.split("/")
    if computer != socket.gethostname() or sys.platform == "win32":  # where signal 0 would end it
        return False
    if int(number) == os.getpid():
        return holder != this_process()  # an earlier process, as in a container that was started anew
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # somebody else's, alive
    return False

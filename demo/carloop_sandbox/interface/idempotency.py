"""Do a thing once, however often it is asked for with one key.

Key, digest of the request and answer are stored in the transaction that stores what was done. The answer holds the
customer's data; it is deleted with its key after KEPT_HOURS.

Of the refusals, `vehicle_unavailable` alone is stored: it is the one that could turn into a booking later, when a
late first attempt arrives after its sender got the refusal. Every other refusal rests on what stays as it
is (a reference that exists, a rental that is closed, a start that has passed) and is found again.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from carloop_sandbox.interface.answers import Answer
from carloop_sandbox.interface.problem_documents import problem_answer
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.store.clock import machine_time
from carloop_sandbox.store.database import Database
from carloop_sandbox.units import HOUR

KEPT_HOURS: Final = 48
_REMEMBERED: Final = {"vehicle_unavailable"}


def do_once(
    database: Database, scope: str, key: str, request: object, action: Callable[[], Answer]
) -> Answer:
    """Return the stored answer to this key, or do it and store the answer, all in one transaction.

    `scope` is the call's method and path, `request` its body as parsed. The same key with another body is refused.
    """
    digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    with database.writing():
        stored = _stored(database, scope, key, digest)
        if stored is not None:
            return stored
        try:
            # a refusal that is stored must not keep what was done before it
            with database.attempt():
                answer = action()
        except CallRefused as refused:
            if refused.code not in _REMEMBERED:
                raise
            answer = problem_answer(refused)
        _store(database, scope, key, digest, answer)
        return answer


def _stored(database: Database, scope: str, key: str, digest: str) -> Answer | None:
    row = database.one("SELECT * FROM idempotency WHERE scope = ? AND key = ?", scope, key)
    if row is None:
        return None
    if row["digest"] != digest:
        raise CallRefused("idempotency_key_reused", "Draw a new key for another intent.")
    answer = Answer(row["status"], row["body"], json.loads(row["headers"]), row["media_type"])
    return replace(answer, headers={**answer.headers, "Idempotent-Replay": "true"})


def _store(database: Database, scope: str, key: str, digest: str, answer: Answer) -> None:
    # the machine's time: a clock that is set for a test must not make a key forgotten
    now = machine_time()
    database.run("DELETE FROM idempotency WHERE stored_us < ?", now - KEPT_HOURS * HOUR)
    database.run(
        "INSERT INTO idempotency (scope, key, digest, status, headers, media_type, body, stored_us)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *(scope, key, digest, answer.status, json.dumps(dict(answer.headers))),
        *(answer.media_type, answer.body, now),
    )

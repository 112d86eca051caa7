"""Log what went wrong with a provider, without any value of a document.

An exception's message may hold the document that caused it, so messages are left out; the frames and the
types lead to the line of code.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mobility_hookspecs.gathered import Failure

LOG = logging.getLogger("mobility_hookspecs")

_LONGEST_CHAIN = 5
_MOST_FRAMES = 30


def log_exception(provider: str, hook: str, error: BaseException) -> None:
    """Log a provider's exception, with its frames and without its message.

    :param provider: the provider's id, or the name it is loaded under.
    :param hook: the hook's name.
    :param error: what was raised, with everything it was raised from.
    """
    try:
        trace = "\n".join(_lines(error))
    except BaseException:  # noqa: BLE001 - a hostile class may raise even when asked for its name
        trace = "an exception that cannot be described"
    LOG.error("%s of provider %s raised %s", hook, provider, trace)


def log_load_failure(failure: Failure) -> None:
    """Log that a provider did not load, and why: before any call, no document can be in it."""
    LOG.error("provider does not load: %s (%s)", failure, failure.problem["code"])


def log_invalid(provider: str, hook: str, reason: str) -> None:
    """Log that an answer is invalid.

    :param reason: where and why, without values of the document.
    """
    LOG.error("%s of provider %s gave an invalid answer: %s", hook, provider, reason)


def log_timeout(provider: str, hook: str, seconds: float) -> None:
    """Log that a call did not answer in time.

    :param seconds: how long the call was waited for.
    """
    LOG.error("%s of provider %s did not answer within %.3f s", hook, provider, seconds)


def _lines(error: BaseException) -> Iterator[str]:
    # Bounded: a provider may chain exceptions into a circle.
    link: BaseException | None = error
    for _ in range(_LONGEST_CHAIN):
        if link is None:
            return
        yield type(link).__name__
        yield from _frames(link.__traceback__)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _frames(traceback: TracebackType | None) -> Iterator[str]:
    for _ in range(_MOST_FRAMES):
        if traceback is None:
            return
        code = traceback.tb_frame.f_code
        yield f'  File "{code.co_filename}", line {traceback.tb_lineno}, in {code.co_name}'
        traceback = traceback.tb_next

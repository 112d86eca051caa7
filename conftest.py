"""What `tests/` and `proofs/` share: fixtures of `tests/support`, and how pytest is set up."""

import os
import signal

from hypothesis import settings

pytest_plugins = (
    "tests.support.carloop",
    "tests.support.forking",
    "tests.support.planner",
    "tests.support.postgres",
)


def pytest_configure():
    """Keep the tester's own keyring out, and back ends that a test defines: each that is defined offers itself.

    Programs that are started can be interrupted, also where the suite runs in the background, which ignores Ctrl-C.
    Examples are the same in every run, and none is late: a busy machine fails no test.
    """
    settings.load_profile("ci")
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)

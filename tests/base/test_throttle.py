"""Failed sign-ins are counted by account and address, and bounded."""

import pytest

from web_base.accounts.throttle import MOST_KEYS, TRIES, TRIES_OF_ADDRESS, WAIT_SECONDS, Throttle

IPV4, IPV6 = "192.0.2.1", "2001:db8::1"


@pytest.fixture
def throttle(clock):
    """Return a throttle that has counted nothing yet."""
    return Throttle(now=clock)


def test_after_some_failures_one_must_wait(throttle, clock):
    """For a minute after the last one, however the name is written; a clock that is set back makes nobody wait."""
    assert [throttle.begin("admin", IPV4) for _ in range(TRIES)] == [0] * TRIES
    assert throttle.begin("Admin", IPV4) == WAIT_SECONDS
    clock.now += WAIT_SECONDS - 1
    assert throttle.begin("admin", IPV4) == 1
    clock.now += 1
    assert [throttle.begin("admin", IPV4) for _ in range(TRIES)] == [0] * TRIES
    clock.now -= 365 * 86_400
    assert throttle.begin("admin", IPV4) == 0


@pytest.mark.parametrize(
    ("failed_at", "name", "address", "waits"),
    [
        (IPV4, "admin", IPV4, True),
        (IPV4, "admin", f"::ffff:{IPV4}", True),
        (IPV4, "admin", "192.0.2.2", False),
        (IPV4, "advisor", IPV4, False),
        (IPV6, "admin", "2001:db8::ffff:1", True),
        (IPV6, "admin", "2001:db8:0:1::1", False),
        ("testclient", "admin", "testclient", True),
    ],
)
def test_who_must_wait(throttle, failed_at, name, address, waits):
    """An account at an address; the IPv6 network of one customer is one address, and so is IPv4 in either notation."""
    for _ in range(TRIES):
        throttle.begin("admin", failed_at)
    assert (throttle.begin(name, address) > 0) is waits


def test_an_address_that_tries_many_names_must_wait(throttle):
    """Otherwise one password could be tried with every account; who succeeds counts as nothing."""
    for _ in range(TRIES_OF_ADDRESS):
        throttle.begin("advisor", IPV4)
        throttle.take_back("advisor", IPV4, succeeded=True)
    waits = [throttle.begin(f"nobody-{number}", IPV4) for number in range(TRIES_OF_ADDRESS)]
    assert waits == [0] * TRIES_OF_ADDRESS
    assert throttle.begin("advisor", IPV4) == WAIT_SECONDS
    assert throttle.begin("advisor", IPV6) == 0


def test_a_success_forgets_the_failures_of_the_account(throttle):
    """A try that was never decided takes back itself alone."""
    for succeeded, waits in ((False, True), (True, False)):
        for _ in range(TRIES - 1):
            throttle.begin("admin", IPV4)
        throttle.begin("admin", IPV4)
        throttle.take_back("admin", IPV4, succeeded=succeeded)
        throttle.begin("admin", IPV4)
        assert (throttle.begin("admin", IPV4) > 0) is waits
        throttle._failures.clear()


def test_what_is_counted_is_bounded(throttle):
    """Many names from many addresses fill no memory."""
    for number in range(MOST_KEYS):
        throttle.begin(f"name-{number}" * 1_000, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(throttle._failures) == MOST_KEYS
    assert max(len(text or "") for key in throttle._failures for text in key) <= 80

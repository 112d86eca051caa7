"""Who asks: the peer, unless a proxy that is named says whom it speaks for."""

import pytest
from starlette.requests import Request

from web_base.clients import client_of, read_proxies

PROXIES = read_proxies("127.0.0.1, 10.0.0.0/8 ,::1,")


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["192.0.2.1, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["192.0.2.1, 198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("::1", ["192.0.2.1", "2001:db8::1"], "2001:db8::1"),
        ("127.0.0.1", ["192.0.2.1, nonsense"], "127.0.0.1"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
    ],
)
def test_only_proxies_are_believed(peer, told, client):
    """And only as far as they wrote it: what stands before that, anybody can have sent."""
    headers = [(b"x-forwarded-for", each.encode()) for each in told]
    request = Request({"type": "http", "client": (peer, 1), "headers": headers})
    assert client_of(request, PROXIES) == client


def test_what_is_no_address_is_no_proxy():
    """A mistake in the environment is not passed over."""
    with pytest.raises(ValueError, match="nonsense"):
        read_proxies("127.0.0.1,nonsense")

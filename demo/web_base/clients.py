"""The address of a request's client: the peer, or, behind named proxies, whom those name."""

import ipaddress
from collections.abc import Sequence

from starlette.requests import Request

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_proxies(text: str) -> tuple[Network, ...]:
    """Read addresses and networks with commas between them; ValueError for one that is none."""
    return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())


def client_of(request: Request, proxies: Sequence[Network]) -> str:
    """Return the client's address.

    `X-Forwarded-For` counts only where the peer is one of the proxies, and only as far as proxies wrote it: anybody
    can send such a header.
    """
    address = request.client.host if request.client else ""
    told = [each.strip() for line in request.headers.getlist("x-forwarded-for") for each in line.split(",")]
    while told and _is_one_of(address, proxies):
        before = told.pop()
        if not _is_address(before):
            break
        address = before
    return address


def _is_one_of(address: str, proxies: Sequence[Network]) -> bool:
    if not _is_address(address):
        return False
    known = ipaddress.ip_address(address)
    return any(known in network for network in proxies)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True

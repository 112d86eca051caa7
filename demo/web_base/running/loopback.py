"""Loopback names and addresses."""

import ipaddress


def is_loopback(name: str) -> bool:
    """Return whether a host is this machine, by its name or address alone."""
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False

"""Remove from an answer what a host must not show: links to other places, and secrets.

This runs before validation, on copies of ours: a bad link costs itself alone, not the answer. What is no
dict or no list where one is expected is left for the validation to refuse.
"""

from __future__ import annotations

import re

# One pattern each instead of urllib.parse, which strips what a browser may not: no white space, no
# backslash, no user name before the host.
_REST = r"(?:[/?#][^\s\x00-\x1f\x7f\\]*)?"
_HTTPS = re.compile(rf"https://[^\s\x00-\x1f\x7f\\/?#@]+{_REST}", re.IGNORECASE)
_LOOPBACK = re.compile(
    rf"http://(?:localhost|127(?:\.\d{{1,3}}){{3}}|\[::1\])(?::\d+)?{_REST}", re.IGNORECASE
)


def is_https(url: str) -> bool:
    """Return whether a URL is ``https``, with a host and without a user name."""
    return _HTTPS.fullmatch(url) is not None


def is_safe_link(url: str) -> bool:
    """Return whether a URL is ``https``, or ``http`` on this very machine."""
    return is_https(url) or _LOOPBACK.fullmatch(url) is not None


def remove_unsafe_links(document: dict[str, object]) -> None:
    """Remove the link and the vehicle's picture of a rental or option; the vehicle is replaced, not changed."""
    web_url = document.get("web_url")
    if type(web_url) is str and not is_safe_link(web_url):
        del document["web_url"]
    vehicle = document.get("vehicle")
    if type(vehicle) is dict:
        image_url = vehicle.get("image_url")
        if isinstance(image_url, str) and not is_safe_link(image_url):
            document["vehicle"] = {name: held for name, held in vehicle.items() if name != "image_url"}


def sanitize_settings(settings: dict[str, object]) -> None:
    """Remove links that are not ``https``, and values of names that the schema calls ``writeOnly``."""
    links = settings.get("links")
    if isinstance(links, list | tuple):
        settings["links"] = [link for link in links if not _is_unsafe(link)]
    values = settings.get("values")
    if type(values) is dict:
        for name in _secret_names(settings.get("schema")):
            values.pop(name, None)


def _is_unsafe(link: object) -> bool:
    url = link.get("url") if type(link) is dict else None
    return type(url) is str and not is_https(url)


def _secret_names(schema: object) -> list[str]:
    properties = schema.get("properties") if type(schema) is dict else None
    if type(properties) is not dict:
        return []
    return [
        name
        for name, described in properties.items()
        if type(described) is dict and described.get("writeOnly") is True
    ]

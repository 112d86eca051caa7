"""Copies of answers without what a host must not show: links to other places, and secrets.

This runs before validation, on copies of ours: a bad link costs itself alone, not the answer. What is no
dict or no list where one is expected is left for the validation to refuse.
"""

from __future__ import annotations

import re
from typing import TypeAlias, cast

from mobility_hookspecs._kit.rejections import AnswerError, InvalidAnswer
from mobility_schemas.plain import NotPlain, plain_copy

Fields: TypeAlias = dict[str, object]

# One pattern each instead of urllib.parse, which strips what a browser may not: no white space, no
# backslash, no user name before the host.
_REST = r"(?:[/?#][^\s\x00-\x1f\x7f\\]*)?"
_HTTPS = re.compile(rf"https://[^\s\x00-\x1f\x7f\\/?#@]+{_REST}", re.IGNORECASE)
_LOOPBACK = re.compile(
    rf"http://(?:localhost|127(?:\.\d{{1,3}}){{3}}|\[::1\])(?::\d+)?{_REST}", re.IGNORECASE
)
_NO_VEHICLE: Fields = {}


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


def copy_answer(raw: object, kind: type = dict) -> object:
    """Copy an answer to its depth.

    :raises InvalidAnswer: it is no ``kind``, or holds what JSON does not have.
    """
    # type() and not isinstance(): an object may lie about its __class__.
    if not issubclass(type(raw), kind):
        raise InvalidAnswer.because(AnswerError.WRONG_TYPE, type(raw).__name__)
    try:
        return plain_copy(raw)
    except NotPlain:
        raise InvalidAnswer.because(AnswerError.NOT_JSON) from None


def copy_settings(raw: object) -> object:
    """Copy a ``provider_settings``, sanitized."""
    settings = cast("Fields", copy_answer(raw))
    sanitize_settings(settings)
    return settings


def copy_offer(raw: object) -> object:
    """Copy the offer, its list and each option, sanitized; what lies deeper stays the provider's own.

    A copy of a thousand options to their depth takes longer than all the rest.
    """
    offer = cast("Fields", dict(raw) if type(raw) is dict else copy_answer(raw))
    options = offer.get("options")
    if isinstance(options, list | tuple):
        offer["options"] = [_copied_option(option) for option in options]
    return offer


def _copied_option(option: object) -> object:
    if not issubclass(type(option), dict):
        return option  # for the validation, which names its place
    vehicle = option.get("vehicle", _NO_VEHICLE) if type(option) is dict else None
    if type(vehicle) is not dict:
        copied = copy_answer(option)
    else:
        copied = cast("Fields", option).copy()
        if "image_url" not in vehicle:
            return copied
    remove_unsafe_links(cast("Fields", copied))
    return copied


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

"""Take out of an answer what a host must not show: links to elsewhere, and secrets.

This runs before validation, on copies of ours: a bad link costs itself alone, not the answer. What is no
dict or no list where one is expected is left for the validation to refuse.
"""

from __future__ import annotations

from collections.abc import Iterable

from mobility_hookspecs._kit.links import is_https, is_showable


def clean_option(option: dict[str, object]) -> None:
    """Drop a picture's address that is not showable; the vehicle is replaced, not changed."""
    vehicle = option.get("vehicle")
    if type(vehicle) is dict:
        image_url = vehicle.get("image_url")
        if isinstance(image_url, str) and not is_showable(image_url):
            option["vehicle"] = {name: held for name, held in vehicle.items() if name != "image_url"}


def clean_rental(rental: object) -> None:
    """Drop a rental's link and picture that are not showable."""
    if type(rental) is not dict:
        return
    web_url = rental.get("web_url")
    if type(web_url) is str and not is_showable(web_url):
        del rental["web_url"]
    clean_option(rental)


def clean_outcome(outcome: object) -> None:
    """Clean the rental and the alternatives of an outcome."""
    if type(outcome) is not dict:
        return
    clean_rental(outcome.get("rental"))
    for option in _items(outcome.get("alternatives")):
        if type(option) is dict:
            clean_option(option)


def clean_report(report: dict[str, object]) -> None:
    """Clean what a reconcile report settled and found changed."""
    for outcome in _items(report.get("settled")):
        clean_outcome(outcome)
    for rental in _items(report.get("changed")):
        clean_rental(rental)


def clean_settings(settings: dict[str, object]) -> None:
    """Drop links that are not ``https``, and values of names that the schema calls ``writeOnly``."""
    links = settings.get("links")
    if isinstance(links, list | tuple):
        settings["links"] = [link for link in links if not _leads_astray(link)]
    values = settings.get("values")
    if type(values) is dict:
        for name in _secret_names(settings.get("schema")):
            values.pop(name, None)


def _leads_astray(link: object) -> bool:
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


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else ()

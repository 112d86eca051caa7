"""Make up a dealer's customers and their cars; the same seed gives the same ones.

Nobody can be reached under what is made up: telephone numbers are those that the Bundesnetzagentur keeps free for films
and books (Mitteilung 148/2021), e-mail addresses those of RFC 2606.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypedDict

from planner_host.dms import garage, people, places
from planner_host.dms.folding import written_out
from planner_host.dms.port import Car, DmsCustomer

FIRST_NUMBER: Final = 10_001

LANDLINES: Final = {
    "Berlin": "030 23125",
    "Frankfurt am Main": "069 90009",
    "Hamburg": "040 66969",
    "Köln": "0221 4710",
    "München": "089 99998",
}
"""A thousand numbers each, 000 to 999."""

MOBILES: Final = ("0171 39200", "0176 040690")
"""A hundred numbers each, 00 to 99."""

LONE_MOBILES: Final = (
    "0152 28817386", "0152 28895456", "0152 54599371", "0172 9925904", "0172 9968532", "0172 9973185", "0172 9973186",
    "0172 9980752", "0174 9091317", "0174 9464308",
)  # fmt: skip

_MAIL: Final = ("example.com", "example.org", "example.net")
_PLATE_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
_NOT_ON_PLATES: Final = frozenset({"HJ", "KZ", "NS", "SA", "SS", "SD"})
_LONGEST_PLATE: Final = 8
_VIN_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
_VIN_YEARS: Final = "9ABCDEFGHJKLMNPRST"
"""2009 to 2026."""

_ORIGIN_WEIGHTS: Final = [origin.weight for origin in people.ORIGINS]
_CITY_WEIGHTS: Final = [city.weight for city in places.CITIES]
_MAKE_WEIGHTS: Final = [make.weight for make in garage.MAKES]
_UNIVERSITIES: Final = [city for city in places.CITIES if city.university]
_OF_NAME: Final = {city.name: city for city in places.CITIES}


def seeded(customers: int, *, seed: int = 1) -> Iterator[DmsCustomer]:
    """Make up so many customers."""
    chance = Random(seed)  # noqa: S311  # people who do not exist, no secret
    taken = _Taken(plates={plate for *_, plate in people.CAST})
    for offset in range(customers):
        number = str(FIRST_NUMBER + offset)
        if offset < len(people.CAST):
            yield _of_the_cast(number, chance, taken, *people.CAST[offset])
        elif (dice := chance.random()) < 0.18:
            yield _company(number, chance, taken)
        else:
            yield _person(number, chance, taken, student=dice > 0.93)


class _Address(TypedDict):
    street: str
    postal_code: str
    city: str
    country: str


class _Reached(TypedDict):
    phone: str
    mobile: str
    email: str


@dataclass(slots=True)
class _Taken:
    """What is somebody's already."""

    plates: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)


def _of_the_cast(
    number: str, chance: Random, taken: _Taken, salutation: str, first: str, last: str, city: str, plate: str
) -> DmsCustomer:
    place = _OF_NAME[city]
    make = garage.MAKES[0]
    own = Car(plate, _vin(chance, make), make.name, make.models[0])
    return DmsCustomer(
        number=number,
        salutation=salutation,
        first_name=first,
        last_name=last,
        **_address(chance, place),
        **_reached_at(chance, place, taken, f"{first} {last}"),
        cars=(own, *_cars(chance, place, taken, chance.randint(0, 2))),
    )


def _person(number: str, chance: Random, taken: _Taken, *, student: bool) -> DmsCustomer:
    city = chance.choice(_UNIVERSITIES) if student else chance.choices(places.CITIES, _CITY_WEIGHTS)[0]
    salutation, first, last = _name(chance, titles=not student)
    address, reached = _address(chance, city), _reached_at(chance, city, taken, f"{first} {last}")
    if student:
        address["street"] += chance.choice(
            [f", Zi. {chance.randint(101, 620)}", ", WG", f", App. {chance.randint(1, 90)}"]
        )
        reached |= {"phone": "", "mobile": reached["mobile"] or _mobile(chance)}
    cars = 1 if student else chance.choices([1, 2, 3, 4], [64, 28, 6, 2])[0]
    return DmsCustomer(
        number=number,
        salutation=salutation,
        first_name=first,
        last_name=last,
        **address,
        **reached,
        cars=_cars(chance, city, taken, cars),
    )


def _company(number: str, chance: Random, taken: _Taken) -> DmsCustomer:
    city = chance.choices(places.CITIES, _CITY_WEIGHTS)[0]
    company = _company_name(chance)
    salutation, first, last = _name(chance, titles=True) if chance.random() < 0.55 else ("Firma", "", "")
    short = re.sub(r" (GmbH|e\.K\.|KG|AG|OHG|GbR|UG).*", "", company)
    return DmsCustomer(
        number=number,
        kind="company",
        salutation=salutation,
        first_name=first,
        last_name=last,
        company=company,
        **_address(chance, city),
        **_reached_at(chance, city, taken, short),
        cars=_cars(chance, city, taken, chance.choices([1, 2, 3, 4], [35, 30, 20, 15])[0], fleet=True),
    )


def _company_name(chance: Random) -> str:
    last, other = _last_name(chance), _last_name(chance)
    trade = chance.choice(people.TRADES)
    form = chance.choices(list(people.FORMS), list(people.FORMS.values()))[0]
    names = [f"{last} {trade}", f"{trade} {last}", f"{last} & {other} {trade}", f"{trade} {last} & Söhne"]
    return f"{chance.choices(names, [40, 40, 12, 8])[0]} {form}"


def _last_name(chance: Random) -> str:
    return chance.choice(chance.choices(people.ORIGINS, _ORIGIN_WEIGHTS)[0].last_names)


def _name(chance: Random, *, titles: bool) -> tuple[str, str, str]:
    """Draw salutation, first and last name."""
    origin = chance.choices(people.ORIGINS, _ORIGIN_WEIGHTS)[0]
    woman = chance.random() < 0.48
    names = origin.women if woman else origin.men
    first, last = chance.choice(names), chance.choice(origin.last_names)
    mans, womans = origin.womans
    if woman and mans and last.endswith(mans) and chance.random() < 0.6:
        last = last.removesuffix(mans) + womans
    dice = chance.random()
    if dice < 0.06 and "-" not in last:
        last = f"{last}-{_last_name(chance).partition('-')[0]}"
    elif dice < 0.08 and origin is people.ORIGINS[0]:
        noble = chance.choice(people.NOBLE)
        noble = noble.replace("Freiherr", "Freifrau") if woman else noble
        last = f"{noble} {chance.choice(people.ESTATES)}"
    elif dice < 0.16 and "-" not in first:
        first = f"{first} {chance.choice(names)}"
    title = chance.choices(["", " Dr.", " Prof. Dr."], [94, 5, 1])[0] if titles else ""
    return ("Frau" if woman else "Herr") + title, first, last


def _address(chance: Random, city: places.City) -> _Address:
    house = f"{chance.randint(1, 148)}{chance.choices(['', 'a', 'b', 'c'], [85, 8, 5, 2])[0]}"
    return {
        "street": f"{chance.choice(places.STREETS)} {house}",
        "postal_code": chance.choice(city.postal_codes),
        "city": city.name,
        "country": "DE",
    }


def _reached_at(chance: Random, city: places.City, taken: _Taken, name: str) -> _Reached:
    """Draw telephone numbers and an e-mail address; only five cities have numbers that are nobody's."""
    landline = LANDLINES.get(city.name) if chance.random() < 0.7 else None
    mobile = chance.random() < 0.85 or landline is None
    return {
        "phone": f"{landline} {chance.randint(0, 999):03}" if landline else "",
        "mobile": _mobile(chance) if mobile else "",
        "email": _email(chance, taken, name) if chance.random() < 0.8 else "",
    }


def _mobile(chance: Random) -> str:
    if chance.random() < 0.05:
        return chance.choice(LONE_MOBILES)
    return f"{chance.choice(MOBILES)} {chance.randint(0, 99):02}"


def _email(chance: Random, taken: _Taken, name: str) -> str:
    local = ".".join(re.findall("[a-z0-9-]*[a-z0-9]", written_out(name)))
    domain = chance.choice(_MAIL)
    email, count = f"{local}@{domain}", 1
    while email in taken.emails:
        count += 1
        email = f"{local}{count}@{domain}"
    taken.emails.add(email)
    return email


def _cars(
    chance: Random, city: places.City, taken: _Taken, count: int, *, fleet: bool = False
) -> tuple[Car, ...]:
    return tuple(_car(chance, city, taken, van=fleet and chance.random() < 0.5) for _ in range(count))


def _car(chance: Random, city: places.City, taken: _Taken, *, van: bool) -> Car:
    make = chance.choices(garage.MAKES, _MAKE_WEIGHTS)[0]
    electric = bool(make.electric) and (not make.models or chance.random() < 0.12)
    models = make.vans if van and make.vans else make.electric if electric else make.models
    plate = _plate(chance, city, taken, electric=models is make.electric)
    return Car(plate, _vin(chance, make), make.name, chance.choice(models))


def _plate(chance: Random, city: places.City, taken: _Taken, *, electric: bool) -> str:
    """Draw a plate that nobody has: at most eight characters, an electric car's with an E."""
    end = "E" if electric and chance.random() < 0.8 else ""
    while True:
        letters = "".join(chance.choices(_PLATE_LETTERS, k=chance.choice([1, 2, 2, 2])))
        room = min(4, _LONGEST_PLATE - len(city.plate) - len(letters) - len(end))
        plate = f"{city.plate}-{letters} {chance.randint(1, 10 ** chance.randint(2, room) - 1)}{end}"
        if (
            plate not in taken.plates
            and letters not in _NOT_ON_PLATES
            and city.plate + letters not in _NOT_ON_PLATES
        ):
            taken.plates.add(plate)
            return plate


def _vin(chance: Random, make: garage.Make) -> str:
    """Draw a vehicle identification number as European makers write them: 17 characters, never I, O or Q."""
    kind = "".join(chance.choices(_VIN_LETTERS, k=2))
    year, plant = chance.choice(_VIN_YEARS), chance.choice(_VIN_LETTERS)
    return f"{make.wmi}ZZZ{kind}Z{year}{plant}{chance.randint(1, 999_999):06}"

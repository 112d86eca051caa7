"""The cars of the seeded customers: makes, models that are on German roads, how identification numbers begin."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Make:
    """A make: `wmi` begins its vehicle identification numbers, `electric` are its models that always are."""

    name: str
    wmi: str
    weight: int
    models: tuple[str, ...]
    electric: tuple[str, ...]
    vans: tuple[str, ...]


_MAKES: Final = """
VW|WVW|60|Golf, Golf Variant, Polo, Passat Variant, Tiguan, T-Roc, T-Cross, Touran, up!, Sharan, Arteon|ID.3, ID.4, ID.7|Caddy, Transporter, Crafter
Mercedes-Benz|W1K|34|A 180, A 200, B 180, C 180, C 200 T-Modell, C 220 d, E 200, E 220 d T-Modell, CLA 180, GLA 200, GLC 220 d|EQA 250, EQB 250|Vito, Sprinter, Citan
BMW|WBA|32|116i, 118i, 120d, 218i Active Tourer, 318d, 320d Touring, 330e, 520d Touring, X1 sDrive18i, X3 xDrive20d|i3, i4 eDrive40, iX1|
Audi|WAU|32|A1 Sportback, A3 Sportback, A3 Limousine, A4 Avant, A5 Sportback, A6 Avant, Q2, Q3, Q5, TT Coupé|Q4 e-tron, e-tron GT|
Opel|W0L|30|Corsa, Astra, Astra Sports Tourer, Insignia, Meriva, Mokka, Crossland, Grandland, Zafira, Adam|Corsa Electric|Combo, Vivaro, Movano
Ford|WF0|28|Fiesta, Focus, Focus Turnier, Mondeo Turnier, Kuga, Puma, EcoSport, C-MAX, S-MAX, Ka+|Mustang Mach-E|Transit Custom, Transit, Tourneo Connect
Škoda|TMB|26|Fabia, Fabia Combi, Octavia, Octavia Combi, Superb Combi, Kamiq, Karoq, Kodiaq, Scala, Citigo|Enyaq|
SEAT|VSS|18|Ibiza, Leon, Leon Sportstourer, Arona, Ateca, Alhambra, Mii, Tarraco||
CUPRA|VSS|6|Formentor, Leon Sportstourer, Ateca|Born, Tavascan|
Renault|VF1|18|Clio, Mégane, Mégane Grandtour, Captur, Scénic, Kadjar, Twingo, Austral|ZOE, Mégane E-Tech|Kangoo, Trafic, Master
Dacia|UU1|14|Sandero, Sandero Stepway, Duster, Logan MCV, Jogger|Spring|Dokker
Hyundai|TMA|18|i10, i20, i30, i30 Kombi, Tucson, Kona, Santa Fe, Bayon|IONIQ 5, Kona Elektro|
Kia|U5Y|15|Picanto, Rio, Ceed, Ceed Sportswagon, Sportage, Stonic, Niro, XCeed|EV6, e-Niro|
Toyota|SB1|15|Aygo X, Yaris, Yaris Cross, Corolla, Corolla Touring Sports, C-HR, RAV4, Auris|bZ4X|Proace
Peugeot|VF3|14|208, 308, 308 SW, 2008, 3008, 5008, 108|e-208|Partner, Expert, Boxer
Citroën|VF7|11|C1, C3, C3 Aircross, C4, C5 Aircross, C4 SpaceTourer|ë-C4|Berlingo, Jumpy, Jumper
Fiat|ZFA|13|500, Panda, Tipo, 500X, Punto|500e|Doblò, Ducato
Nissan|SJN|11|Micra, Juke, Qashqai, X-Trail, Note|Leaf|NV200
Mazda|JMZ|11|2, 3, 6 Kombi, CX-3, CX-30, CX-5, MX-5|MX-30|
Volvo|YV1|9|V40, V60, V90, XC40, XC60, XC90|EX30|
MINI|WMW|8|One, Cooper, Cooper S, Clubman, Countryman|Cooper SE|
smart|WME|6|fortwo, forfour|EQ fortwo|
Suzuki|TSM|7|Swift, Ignis, Vitara, SX4 S-Cross, Jimny||
Honda|SHH|6|Jazz, Civic, CR-V, HR-V|e|
Mitsubishi|JMB|5|Space Star, ASX, Outlander, Eclipse Cross||
Porsche|WP0|4|911 Carrera, Macan, Cayenne, 718 Boxster, Panamera|Taycan|
Tesla|LRW|7||Model 3, Model Y, Model S|
Jeep|1C4|4|Renegade, Compass, Wrangler|Avenger|
Land Rover|SAL|3|Discovery Sport, Range Rover Evoque, Defender 110||
Jaguar|SAJ|2|XE, XF Sportbrake, F-PACE|I-PACE|
Alfa Romeo|ZAR|3|Giulietta, Giulia, Stelvio, MiTo||
Subaru|JF1|3|Forester, XV, Outback, Impreza|Solterra|
Lexus|JTH|2|UX 250h, NX 350h, CT 200h||
MG|LSJ|3|ZS, HS|MG4, MG5|
BYD|LGX|2||Atto 3, Dolphin, Seal|
Polestar|LPS|2||2|
DS|VR1|1|3 Crossback, 7 Crossback||
Saab|YS3|1|9-3 Cabriolet, 9-5 Kombi||
"""  # noqa: E501  # a make a line


def _make(line: str) -> Make:
    name, wmi, weight, models, electric, vans = line.split("|")
    return Make(name, wmi, int(weight), _models(models), _models(electric), _models(vans))


def _models(text: str) -> tuple[str, ...]:
    return tuple(text.split(", ")) if text else ()


MAKES: Final = tuple(_make(line) for line in _MAKES.split("\n") if line)

"""German cities: what their licence plates begin with, postal codes that are theirs, and how many customers live there.

The dealer of the demo stands in Karlsruhe, so it and its neighbours weigh more than they are large.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class City:
    """A city; `weight` is how many customers live there, `university` whether students do."""

    name: str
    plate: str
    postal_codes: tuple[str, ...]
    weight: int
    university: bool = False


_CITIES: Final = """
Berlin|B|10115 10243 10405 10557 10623 10785 10827 10961 12043 12163 12555 12681 13055 13187 13347 13507 14050 14163|200|u
Hamburg|HH|20095 20144 20253 20357 20459 21029 21073 21107 22041 22083 22111 22147 22297 22303 22335 22453 22525 22765|120|u
München|M|80331 80333 80469 80538 80634 80686 80796 80801 80937 80992 81241 81369 81477 81541 81671 81735 81825|120|u
Köln|K|50667 50670 50672 50674 50677 50733 50735 50823 50825 50859 50931 50937 50968 50996 51063 51065 51103 51143|140|u
Frankfurt am Main|F|60311 60313 60316 60318 60320 60323 60325 60385 60388 60431 60433 60486 60488 60528 60594 60598|90|u
Stuttgart|S|70173 70176 70180 70182 70190 70191 70327 70372 70435 70469 70563 70565 70597 70619|45|u
Düsseldorf|D|40210 40213 40215 40221 40223 40227 40233 40237 40468 40474 40476 40489 40545 40591 40627|40|u
Leipzig|L|04103 04105 04107 04109 04155 04177 04229 04275 04317 04347|35|u
Dortmund|DO|44135 44137 44139 44141 44225 44263 44309 44328|30|u
Essen|E|45127 45130 45131 45138 45144 45239 45276 45355|30|u
Bremen|HB|28195 28199 28203 28209 28213 28259 28307 28717 28757|30|u
Dresden|DD|01067 01069 01097 01099 01127 01159 01187 01219 01277 01309 01326|30|u
Hannover|H|30159 30161 30163 30165 30169 30171 30419 30449 30455 30519 30559 30625 30655|30|u
Nürnberg|N|90402 90403 90408 90409 90419 90429 90439 90443 90459 90461 90471 90482 90491|28|u
Duisburg|DU|47051 47053 47057 47119 47137 47166 47198 47226 47249 47269|20|u
Bochum|BO|44787 44789 44791 44793 44795 44799 44801 44866 44879 44892|18|u
Wuppertal|W|42103 42105 42107 42113 42117 42275 42285 42327 42349|16|u
Bielefeld|BI|33602 33604 33607 33609 33613 33615 33617 33659 33719 33729|16|u
Bonn|BN|53111 53113 53115 53117 53119 53121 53123 53127 53173 53177 53225 53227|18|u
Münster|MS|48143 48145 48147 48149 48151 48153 48155 48157 48161 48163|16|u
Karlsruhe|KA|76131 76133 76135 76137 76139 76149 76185 76187 76189 76227 76228|90|u
Ettlingen|KA|76275|30|
Rastatt|RA|76437|35|
Baden-Baden|BAD|76530 76532 76534|20|
Pforzheim|PF|75172 75173 75175 75177 75179 75180 75181|20|
Mannheim|MA|68159 68161 68163 68165 68167 68199 68219 68239 68259 68305 68309|20|u
Augsburg|A|86150 86152 86153 86154 86156 86157 86159 86161 86163 86165 86179|16|u
Wiesbaden|WI|65183 65185 65187 65189 65191 65193 65195 65197 65199 65201 65203|16|
Mönchengladbach|MG|41061 41063 41065 41066 41068 41069 41169 41179 41189 41236 41239|14|
Gelsenkirchen|GE|45879 45881 45884 45886 45888 45889 45891 45892 45894 45896 45897 45899|12|
Braunschweig|BS|38100 38102 38104 38106 38108 38110 38112 38114 38116 38118 38120 38122|14|u
Aachen|AC|52062 52064 52066 52068 52070 52072 52074 52076 52078 52080|14|u
Kiel|KI|24103 24105 24106 24107 24109 24111 24113 24114 24116 24118 24143 24146 24148 24149|12|u
Chemnitz|C|09111 09112 09113 09114 09116 09117 09119 09120 09122 09123 09125 09126 09127 09130|10|u
Halle (Saale)|HAL|06108 06110 06112 06114 06116 06118 06120 06122 06124 06126 06128 06130 06132|10|u
Magdeburg|MD|39104 39106 39108 39110 39112 39114 39116 39118 39120 39122 39124 39126 39128 39130|10|u
Freiburg im Breisgau|FR|79098 79100 79102 79104 79106 79108 79110 79111 79112 79114 79115 79117|14|u
Krefeld|KR|47798 47799 47800 47802 47803 47804 47805 47807 47809 47829 47839|10|
Mainz|MZ|55116 55118 55120 55122 55124 55126 55127 55128 55129 55130 55131|12|u
Lübeck|HL|23552 23554 23556 23558 23560 23562 23564 23566 23568|12|u
Erfurt|EF|99084 99085 99086 99087 99089 99091 99092 99094 99096 99097 99098 99099|10|u
Rostock|HRO|18055 18057 18059 18069 18106 18107 18109 18119 18146 18147|10|u
Kassel|KS|34117 34119 34121 34123 34125 34127 34128 34130 34131 34132 34134|10|u
Hagen|HA|58089 58091 58093 58095 58097 58099 58119 58135|8|
Potsdam|P|14467 14469 14471 14473 14478 14480 14482|10|u
Saarbrücken|SB|66111 66113 66115 66117 66119 66121 66123 66125 66126 66127 66128 66130 66131 66133|10|u
Hamm|HAM|59063 59065 59067 59069 59071 59073 59075 59077|8|
Ludwigshafen am Rhein|LU|67059 67061 67063 67065 67067 67069 67071|10|
Oldenburg|OL|26121 26122 26123 26125 26127 26129 26131 26133 26135|10|u
Leverkusen|LEV|51371 51373 51375 51377 51379 51381|10|
Osnabrück|OS|49074 49076 49078 49080 49082 49084 49086 49088 49090|10|u
Solingen|SG|42651 42653 42655 42657 42659 42697 42699 42719|8|
Heidelberg|HD|69115 69117 69118 69120 69121 69123 69124 69126|14|u
Darmstadt|DA|64283 64285 64287 64289 64291 64293 64295 64297|12|u
Regensburg|R|93047 93049 93051 93053 93055 93057 93059|10|u
Ingolstadt|IN|85049 85051 85053 85055 85057|10|
Würzburg|WÜ|97070 97072 97074 97076 97078 97080 97082 97084|10|u
Fürth|FÜ|90762 90763 90765 90766 90768|10|
Ulm|UL|89073 89075 89077 89079 89081|10|u
Heilbronn|HN|74072 74074 74076 74078 74080 74081|10|
Göttingen|GÖ|37073 37075 37077 37079 37081 37083 37085|10|u
Wolfsburg|WOB|38440 38442 38444 38446 38448|8|
Reutlingen|RT|72760 72762 72764 72766 72768 72770|8|
Koblenz|KO|56068 56070 56072 56073 56075 56076 56077|8|
Erlangen|ER|91052 91054 91056 91058|8|u
Bremerhaven|HB|27568 27570 27572 27574 27576 27578 27580|6|
Trier|TR|54290 54292 54293 54294 54295 54296|8|u
Jena|J|07743 07745 07747 07749|8|u
Tübingen|TÜ|72070 72072 72074 72076|10|u
Konstanz|KN|78462 78464 78465 78467|8|u
Görlitz|GR|02826 02827 02828|4|
Bamberg|BA|96047 96049 96050 96052|6|u
Bayreuth|BT|95444 95445 95447 95448|6|u
Passau|PA|94032 94034 94036|6|u
Landshut|LA|84028 84030 84032 84034 84036|6|
Rosenheim|RO|83022 83024 83026|6|
Kempten (Allgäu)|KE|87435 87437 87439|6|
Cottbus|CB|03042 03044 03046 03048 03050 03051 03052 03053 03054 03055|6|u
Schwerin|SN|19053 19055 19057 19059 19061 19063|6|
Flensburg|FL|24937 24939 24941 24943 24944|6|u
Celle|CE|29221 29223 29225 29227 29229|5|
Lüneburg|LG|21335 21337 21339|6|u
Düren|DN|52349 52351 52353 52355|5|
Siegen|SI|57072 57074 57076 57078 57080|6|u
Gießen|GI|35390 35392 35394 35396 35398|8|u
Marburg|MR|35037 35039 35041 35043|8|u
Fulda|FD|36037 36039 36041 36043|5|
Offenburg|OG|77652 77654 77656|10|
Lörrach|LÖ|79539 79540 79541|6|
Kaiserslautern|KL|67655 67657 67659 67661 67663|8|u
Weimar|WE|99423 99425 99427|5|u
Zwickau|Z|08056 08058 08060 08062 08064 08066|5|
Plauen|V|08523 08525 08527 08529|4|
Greifswald|HGW|17489 17491 17493|5|u
Stralsund|HST|18435 18437 18439|4|
Emden|EMD|26721 26723 26725|4|
"""  # noqa: E501  # a city a line


def _city(line: str) -> City:
    name, plate, codes, weight, university = line.split("|")
    return City(name, plate, tuple(codes.split()), int(weight), university == "u")


CITIES: Final = tuple(_city(line) for line in _CITIES.split("\n") if line)

STREETS: Final = tuple(
    """
Hauptstraße|Bahnhofstraße|Schulstraße|Gartenstraße|Dorfstraße|Bergstraße|Birkenweg|Lindenstraße|Kirchstraße
Waldstraße|Ringstraße|Schillerstraße|Goethestraße|Amselweg|Wiesenweg|Jahnstraße|Wiesenstraße|Buchenweg|Eichenweg
Mozartstraße|Beethovenstraße|Uhlandstraße|Kantstraße|Lessingstraße|Hölderlinstraße|Mörikestraße|Rosenstraße
Rosenweg|Finkenweg|Drosselweg|Ahornweg|Kastanienallee|Lindenallee|Platanenallee|Friedhofstraße|Mühlenweg
Mühlstraße|Am Mühlbach|Brunnenstraße|Burgstraße|Schloßstraße|Schlossallee|Kaiserstraße|Königstraße|Wilhelmstraße
Friedrichstraße|Luisenstraße|Sophienstraße|Karlstraße|Ludwigstraße|Augustastraße|Bismarckstraße|Moltkestraße
Rathausstraße|Rathausplatz|Marktplatz|Marktstraße|Poststraße|Industriestraße|Gewerbestraße|Hafenstraße
Feldstraße|Grüner Weg|Hohlweg|Höhenstraße|Sonnenstraße|Südstraße|Nordstraße|Oststraße|Weststraße|Uferstraße
Rheinstraße|Neckarstraße|Mainzer Straße|Berliner Straße|Hamburger Straße|Kölner Straße|Münchner Straße
Breslauer Straße|Danziger Straße|Königsberger Straße|Stettiner Straße|Frankfurter Straße|Leipziger Straße
Dresdner Straße|Stuttgarter Straße|Römerstraße|Keltenweg|Kapellenweg|Klosterstraße|Pfarrgasse|Kirchgasse
Hintere Gasse|Untere Mühlgasse|Obere Hauptstraße|Alte Landstraße|Neue Straße|Am Bahnhof|Am Sportplatz|Am Kirchberg
An der Alten Ziegelei|Auf der Höhe|Im Grün|Im Weingarten|In den Weiden|Zum Sonnenberg|Zur Alten Mühle
Geschwister-Scholl-Straße|Albert-Schweitzer-Straße|Konrad-Adenauer-Allee|Theodor-Heuss-Straße|Willy-Brandt-Platz
Käthe-Kollwitz-Straße|Sophie-Scholl-Weg|Rosa-Luxemburg-Straße|Clara-Zetkin-Straße|Heinrich-Heine-Straße
Gerhart-Hauptmann-Ring|Carl-Benz-Straße|Robert-Bosch-Straße|Daimlerstraße|Siemensstraße|Röntgenstraße|Dieselstraße
Max-Planck-Straße|Lise-Meitner-Straße|Kopernikusstraße|Humboldtstraße|Fröbelstraße|Pestalozzistraße|Kolpingstraße
Blücherstraße|Körnerstraße|Freiherr-vom-Stein-Straße|Straße der Einheit|Straße des Friedens|Bäckergasse|Gerbergasse
Töpferweg|Schmiedegasse|Fischerweg|Jägerstraße|Försterweg|Wächterstraße|Nußbaumweg|Haselnussweg|Holunderweg
Schlehenweg|Tulpenweg|Veilchenweg|Fliederweg|Asternweg|Dahlienstraße|Lerchenstraße|Schwalbenweg|Meisenweg
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

"""Names as one finds them in a German dealer's files; who bears them here does not exist."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Origin:
    """Names that go together; `weight` is how many of a hundred customers bear them.

    `womans` is how a last name ends for men and for women; not everywhere in Germany is it heeded.
    """

    weight: int
    women: tuple[str, ...]
    men: tuple[str, ...]
    last_names: tuple[str, ...]
    womans: tuple[str, str] = ("", "")


def _origin(
    weight: int, women: str, men: str, last_names: str, *, womans: tuple[str, str] = ("", "")
) -> Origin:
    return Origin(weight, _names(women), _names(men), _names(last_names), womans)


def _names(text: str) -> tuple[str, ...]:
    """Split a text into names; those of two words are written with an underscore."""
    return tuple(name.replace("_", " ") for name in text.split())


ORIGINS: Final = (
    _origin(
        74,
        """Anna Andrea Angelika Anja Anke Annette Antje Astrid Barbara Beate Bettina Birgit Brigitte Britta Carolin
        Charlotte Christa Christina Christine Claudia Cornelia Dagmar Daniela Doris Edith Elfriede Elisabeth Elke Ella
        Emilia Emma Erika Eva Franziska Frieda Gabriele Gerda Gisela Greta Gudrun Hanna Hannah Heike Helga Ida Ilse
        Inge Ingrid Irmgard Jana Janina Jasmin Jessica Johanna Judith Julia Juliane Jutta Karin Katharina Käthe Katja
        Katrin Kerstin Klara Kristin Laura Lea Lena Leonie Lieselotte Lina Lisa Louisa Lotte Luise Manuela Margarete
        Maria Marie Marion Marlene Martina Mathilda Melanie Mia Michaela Miriam Monika Nadine Natalie Nicole Nina Paula
        Petra Pia Ramona Renate Rita Rosemarie Ruth Sabine Sandra Sara Sarah Silke Silvia Simone Sofia Sophie Stefanie
        Stephanie Susanne Svenja Tanja Theresa Ulrike Ursula Ute Vanessa Vera Verena Waltraud Yvonne Bärbel Dörte
        Marie-Luise Anna-Lena Eva-Maria Ann-Kathrin Hannelore""",
        """Achim Alexander Andreas Anton Arne Axel Ben Benjamin Bernd Bernhard Björn Carsten Christian Christoph
        Christopher Daniel David Dennis Detlef Dieter Dietmar Dirk Dominik Eberhard Elias Emil Erich Erik Ernst Fabian
        Felix Finn Florian Frank Franz Friedrich Fritz Georg Gerd Gerhard Günter Günther Gustav Hannes Hans Harald
        Hartmut Heiko Heinrich Heinz Helmut Henrik Henry Herbert Hermann Holger Horst Ingo Jakob Jan Jannik Jens
        Joachim Jochen Johann Johannes Jonas Jonathan Jörg Josef Julian Jürgen Kai Karl Karsten Kevin Klaus Konrad
        Konstantin Kurt Lars Leon Leonard Linus Ludwig Lukas Lutz Manfred Manuel Marc Marcel Marco Marcus Mario Markus
        Martin Mathias Matthias Max Maximilian Michael Moritz Niklas Nils Noah Norbert Olaf Oliver Oskar Otto Paul Peter
        Philipp Rainer Ralf Reinhard René Robert Robin Roland Rolf Rüdiger Rudolf Sascha Sebastian Simon Stefan Steffen
        Stephan Sven Thomas Thorsten Till Tim Timo Tobias Tom Torsten Udo Ulrich Uwe Volker Walter Werner Wilhelm
        Wolfgang Wolfram Jörn Sönke Götz Karl-Heinz Hans-Jürgen Hans-Peter Klaus-Dieter""",
        """Müller Müller Müller Müller Schmidt Schmidt Schmidt Schneider Schneider Fischer Fischer Weber Weber Meyer
        Meyer Wagner Wagner Becker Becker Schulz Schulz Hoffmann Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder
        Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause Meier Lehmann
        Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung
        Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht
        Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel
        Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Thomas
        Voigt Sauer Arnold Wolff Pfeiffer Mueller Schroeder Baecker Götz Hübner Lindner Ernst Kruse Beyer Jahn Peter
        Wenzel Barth Nagel Haase Gerber Vetter Weiss Strauß Strauss Preuß Voß Groß Hauß Kreß Süß Rößler Häußler Weißmann
        Großmann Kießling Dörr Dürr Löffler Büttner Schütz Schütte Göbel Röder Förster Bühler Kröger Lüders Brüggemann
        Höfer Hölscher Mößner Blümel Bürger Schönfeld Grünewald Würth Zöller Übelacker Öhler Ämmer Thiel Menzel Kern
        Reuter Buchholz Ebert Hein Mohr Pape Rausch Ritter Rothe Runge Sander Seifert Stahl Steiner Stephan Straub
        Ulrich Urban Wendt Wiegand Wirth Witt Wulff Behrens Bender Brinkmann Bock Burger Döring Ehlers
        Eckert Fiedler Geiger Gebhardt Hagen Heller Hermann Hesse Hoppe Jacobs Jansen Janssen Kaufmann Kirchner Lutz
        Marx May Metzger Moser Naumann Nowak Opitz Petersen Philipp Reich Reinhardt Rieger Sailer Schenk Schilling
        Schlegel Scherer Schindler Schade Springer Stark Stumpf Sturm Vollmer Wegner Weigel Wilhelm Zander Zeller""",
    ),
    _origin(
        7,
        """Ayşe Fatma Elif Zeynep Emine Hatice Özlem Gülşen Şükran Leyla Meryem Sevgi Yasemin Büşra Tuğba Nurcan Dilek
        İrem Aylin Derya Ebru Songül""",
        """Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim Murat Ömer Yusuf Emre Özgür Çağlar Gökhan Oğuz Şahin Uğur
        Volkan Burak Serkan Kemal Tolga""",
        """Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç
        Kurt Özkan Şimşek Polat Erdoğan Güneş Bulut Yavuz Işık Korkmaz Ünal Gül Türkoğlu Çakır""",
    ),
    _origin(
        5,
        """Agnieszka Małgorzata Katarzyna Joanna Ewa Magdalena Zofia Grażyna Bożena Aleksandra Beata Dorota Elżbieta
        Iwona Jolanta Łucja""",
        """Andrzej Piotr Krzysztof Tomasz Paweł Michał Marcin Łukasz Grzegorz Wojciech Zbigniew Jerzy Stanisław Rafał
        Sławomir Mirosław""",
        """Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski
        Kozłowski Jankowski Mazur Krawczyk Piotrowski Grabowski Pawłowski Michalski Król Wróbel Jabłoński Błaszczyk
        Łukasik Żak Gołąb""",
        womans=("ski", "ska"),
    ),
    _origin(
        3,
        """Giulia Francesca Chiara Alessia Antonella Concetta Rosaria Giovanna Lucia Maria_Grazia Nicoletta Letizia""",
        """Giuseppe Antonio Salvatore Francesco Vincenzo Calogero Niccolò Nicolò Luca Matteo Alessandro Pasquale""",
        """Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco D'Angelo D'Amico De_Luca Di_Stefano
        Lo_Presti Caruso Santoro Conti Nicolò Cantù""",
    ),
    _origin(
        4,
        """Olga Irina Tatjana Swetlana Natalja Ludmila Oksana Kateryna Anastasia Galina Larissa Jelena""",
        """Wladimir Sergej Alexej Dmitri Igor Andrej Viktor Oleg Juri Eugen Waldemar Artjom""",
        """Schewtschenko Kowalenko Iwanow Petrow Wolkow Morosow Bondarenko Melnyk Smirnow Fedorow Becker Weber Schäfer
        Miller Dyck Wiebe Friesen""",
        womans=("ow", "owa"),
    ),
    _origin(
        3,
        """Jelena Ana Ivana Marija Željka Đurđica Snežana Nataša Amra Lejla Tatjana Vesna""",
        """Dragan Goran Zoran Željko Mladen Dušan Đorđe Nenad Mirko Ante Emir Saša""",
        """Horvat Kovačević Babić Marić Jurić Novak Petrović Jovanović Nikolić Đorđević Hadžić Begić Šarić Živković
        Knežević""",
    ),
    _origin(
        2,
        """Fatima Amira Layla Nour Rania Yasmin Aïcha Samira Maryam Shirin""",
        """Mohammed Ahmad Omar Karim Hassan Youssef Bilal Khaled Reza Navid""",
        """Al-Hussein El-Masri Haddad Khoury Ben_Salah Rahimi Hosseini Mansour Nasser Saïdi Amiri""",
    ),
    _origin(
        2,
        """Chloé Zoë Noémie María Inês Núria Ágnes Zsófia Kateřina Anežka Åsa Søs Ioana Mihaela Eleni Linh""",
        """François Jérôme José João Ángel László György Jiří Tomáš Søren Bjørn Åke Ștefan Gheorghe Giórgos Minh""",
        """Lefèvre Garçon García Núñez Gonçalves Magalhães Nagy Szabó Kovács Dvořák Černý Sørensen Ångström Ionescu
        Popescu Papadopoulos Nguyễn Trần Đặng""",
    ),
)

NOBLE: Final = ("von", "von", "von", "von der", "von dem", "von und zu", "Freiherr von", "zu")
ESTATES: Final = _names(
    """Behringer Lindenau Rothenfels Waldeck Hohenberg Strahlenfels Bülowen Kröchern Ahlefeldt-Brandt Wachenheim
    Eschenbach Grünstein Heiden Thüringsleben Tannenburg"""
)

CAST: Final = (
    ("Herr", "Hans", "Müller", "Köln", "K-MU 123"),
    ("Frau", "Erika", "Mustermann", "Berlin", "B-EM 2020"),
    ("Frau", "Sabine", "Müller-Lüdenscheidt", "Köln", "K-ML 77"),
    ("Herr", "Jörg", "Strauß", "München", "M-JS 5"),
    ("Frau", "Łucja", "Dąbrowska", "Karlsruhe", "KA-LD 808"),
    ("Herr Dr.", "Karl Friedrich", "von der Heide", "Karlsruhe", "KA-KF 1"),
)
"""The first customers, always the same, to be named in a demo: salutation, names, city, a plate."""

TRADES: Final = (
    "Bäckerei", "Metzgerei", "Elektrotechnik", "Sanitär & Heizung", "Dachdeckerei", "Malerbetrieb", "Tischlerei",
    "Schreinerei", "Spedition", "Garten- und Landschaftsbau", "Fahrschule", "Ambulanter Pflegedienst", "Steuerberatung",
    "Ingenieurbüro", "Hausverwaltung", "Getränkehandel", "Gebäudereinigung", "Metallbau", "Druckerei", "Werbeagentur",
    "Immobilien", "Versicherungsmakler", "Fliesenleger", "Schlüsseldienst", "Architekturbüro", "Physiotherapie",
    "Zahntechnik", "Apotheke", "Optik", "Raumausstattung", "Küchenstudio", "Großhandel", "Baugeschäft", "Kältetechnik",
    "Weingut", "Catering", "Veranstaltungstechnik", "Taxibetrieb", "Kurierdienst", "IT-Systeme", "Maschinenbau",
    "Werkzeugbau", "Medizintechnik", "Straßenbau", "Tiefbau", "Gerüstbau",
)  # fmt: skip
FORMS: Final = {
    "GmbH": 46, "GmbH & Co. KG": 16, "e.K.": 14, "KG": 6, "AG": 6, "OHG": 4, "GbR": 4, "UG (haftungsbeschränkt)": 4,
}  # fmt: skip

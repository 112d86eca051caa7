"""The DMS's texts: what is wrong and what to do, a sentence or two a code. A test holds the languages together."""

# A catalogue reads best with a text a line.
# ruff: noqa: E501

from typing import Final

GERMAN: Final[dict[str, str]] = {
    "line": "Zeile {line}",
    "column": "Spalte „{column}“",
    "more": "… und {count} weitere.",
    "nothing_imported": "Nichts wurde eingelesen.",
    "dms_busy": "Das DMS ist gerade belegt. Bitte versuchen Sie es gleich noch einmal.",
    "dms_not_writable": "Die Datei lässt sich nicht öffnen oder schreiben. Bitte prüfen Sie Pfad und Zugriffsrechte.",
    "dms_damaged": "Die Datei ist beschädigt oder keine DMS-Datei. Bitte löschen oder umbenennen Sie sie und lesen Sie den Export neu ein.",
    "dms_newer": "Die Datei stammt von einer neueren Fassung des Planers. Bitte aktualisieren Sie den Planer.",
    "dms_full": "Auf dem Datenträger ist kein Platz mehr. Bitte schaffen Sie Platz.",
    "dms_failed": "Die Datei meldet einen Fehler. Bitte prüfen Sie den Datenträger.",
    "csv_unreadable": "Die Datei lässt sich nicht lesen. Bitte prüfen Sie Pfad und Zugriffsrechte.",
    "csv_encoding": "Hier steht ein Zeichen, das weder UTF-8 noch Windows-1252 ist, oder beides ist gemischt. Bitte exportieren Sie die ganze Datei als UTF-8 oder als Windows-1252 („ANSI“).",
    "csv_empty": "Die Datei enthält keine Kunden; eingelesen würden damit alle gelöscht. Bitte prüfen Sie den Export.",
    "csv_delimiter": "Die Spalten sind nicht durch Semikolon getrennt. Bitte exportieren Sie mit dem Trennzeichen „;“.",
    "csv_column_missing": "Diese Spalte fehlt in der Kopfzeile. Bitte nehmen Sie sie in den Export auf.",
    "csv_column_twice": "Diese Spalte kommt in der Kopfzeile mehrfach vor. Bitte exportieren Sie sie nur einmal.",
    "csv_quotes": "Ein Anführungszeichen ist nicht geschlossen oder steht mitten im Wert. Bitte schließen Sie den Wert in Anführungszeichen ein und verdoppeln Sie jene darin.",
    "csv_cells": "Die Zeile hat mehr oder weniger Werte als die Kopfzeile. Enthält ein Wert ein Semikolon oder einen Zeilenumbruch, gehört er in Anführungszeichen.",
    "csv_value_missing": "Hier fehlt der Wert. Bitte ergänzen Sie ihn im DMS und exportieren Sie neu.",
    "csv_name_missing": "Der Kunde hat weder Nachnamen noch Firma. Bitte ergänzen Sie ihn im DMS und exportieren Sie neu.",
    "csv_car_empty": "Das Fahrzeug hat weder Kennzeichen noch FIN. Bitte ergänzen Sie es im DMS und exportieren Sie neu.",
    "csv_too_long": "Der Wert ist zu lang (höchstens {limit} Zeichen). Bitte kürzen Sie ihn im DMS und exportieren Sie neu.",
    "csv_control_character": "Der Wert enthält ein Steuerzeichen. Bitte entfernen Sie es im DMS und exportieren Sie neu.",
    "csv_number_twice": "Diese Kundennummer steht schon in Zeile {first}. Bitte exportieren Sie jeden Kunden nur einmal.",
    "csv_customer_unknown": "Zu dieser Kundennummer gibt es keinen Kunden in der Kundendatei. Bitte exportieren Sie beide Dateien zusammen neu.",
}

ENGLISH: Final[dict[str, str]] = {
    "line": "line {line}",
    "column": "column “{column}”",
    "more": "… and {count} more.",
    "nothing_imported": "Nothing was imported.",
    "dms_busy": "The DMS is busy just now. Please try again in a moment.",
    "dms_not_writable": "The file cannot be opened or written. Please check its path and permissions.",
    "dms_damaged": "The file is damaged, or not a file of the DMS. Please delete or rename it and import the export again.",
    "dms_newer": "The file is of a newer version of the planner. Please update the planner.",
    "dms_full": "There is no space left on the disk. Please make room.",
    "dms_failed": "The file reports an error. Please check the disk.",
    "csv_unreadable": "The file cannot be read. Please check its path and permissions.",
    "csv_encoding": "There is a character here that is neither UTF-8 nor Windows-1252, or the two are mixed. Please export the whole file as UTF-8 or as Windows-1252 (“ANSI”).",
    "csv_empty": "The file holds no customers; importing it would remove all there are. Please check the export.",
    "csv_delimiter": "The columns are not separated by semicolons. Please export with the delimiter “;”.",
    "csv_column_missing": "The header has no such column. Please add it to the export.",
    "csv_column_twice": "The header has this column more than once. Please export it only once.",
    "csv_quotes": "A quotation mark is not closed, or stands within a value. Please put the value in quotation marks and double those within.",
    "csv_cells": "The line has more or fewer values than the header. A value that holds a semicolon or a line break must stand in quotation marks.",
    "csv_value_missing": "The value is missing here. Please add it in the DMS and export again.",
    "csv_name_missing": "The customer has neither a last name nor a company. Please add one in the DMS and export again.",
    "csv_car_empty": "The car has neither a licence plate nor a VIN. Please add one in the DMS and export again.",
    "csv_too_long": "The value is too long (at most {limit} characters). Please shorten it in the DMS and export again.",
    "csv_control_character": "The value holds a control character. Please remove it in the DMS and export again.",
    "csv_number_twice": "This customer number stands in line {first} already. Please export each customer only once.",
    "csv_customer_unknown": "The file of customers has no customer of this number. Please export both files together again.",
}

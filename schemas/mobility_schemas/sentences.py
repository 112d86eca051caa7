"""What is wrong, in German and English."""

from __future__ import annotations

from mobility_schemas.finding import RefusalReason

SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        "required": "This field is missing.",
        "one_of": "One of these fields is needed: {names}.",
        "unknown": "This document has no such field.",
        "type": "Expected {types}, found {found}.",
        "enum": "Not one of the values that are possible here: {values}.",
        "form_like": "This does not have the expected form, for example: {example}",
        "form": "This does not have the expected form.",
        "control_character": "This is empty or holds a character that is not possible here.",
        "empty": "This must not be empty.",
        "minLength": "This is too short: at least {limit} characters.",
        "maxLength": "This is too long: at most {limit} characters.",
        "minimum": "This is too small: at least {limit}.",
        "exclusiveMinimum": "This is too small: more than {limit}.",
        "maximum": "This is too large: at most {limit}.",
        "exclusiveMaximum": "This is too large: less than {limit}.",
        "multipleOf": "This must be a multiple of {limit}.",
        "minItems": "Too few entries: at least {limit}.",
        "maxItems": "Too many entries: at most {limit}.",
        "uniqueItems": "An entry is repeated.",
        "minProperties": "Too few fields: at least {limit}.",
        "maxProperties": "Too many fields: at most {limit}.",
        "anyOf": "None of the forms that are possible here fits.",
        "oneOf": "Exactly one of the possible forms must fit.",
        "not": "This field cannot be given together with the others.",
        "other": "This is not allowed here.",
        "not_json": "This is a value that JSON does not have.",
        "not_finite": "A finite number is expected.",
        "too_great": "This number is too large.",
        "broken_text": "This text holds characters that cannot be written as UTF-8.",
        "key_not_text": "The names of the fields must be text.",
        "too_deep": "The document is nested too deeply or contains itself.",
    },
    "de": {
        "required": "Diese Angabe fehlt.",
        "one_of": "Eine dieser Angaben ist nötig: {names}.",
        "unknown": "Dieses Feld gibt es in diesem Dokument nicht.",
        "type": "Erwartet wird {types}, gefunden wurde {found}.",
        "enum": "Das ist keiner der hier möglichen Werte: {values}.",
        "form_like": "Das hat nicht die erwartete Form, zum Beispiel: {example}",
        "form": "Das hat nicht die erwartete Form.",
        "control_character": "Das ist leer oder enthält ein Zeichen, das hier nicht möglich ist.",
        "empty": "Das darf nicht leer sein.",
        "minLength": "Das ist zu kurz: mindestens {limit} Zeichen.",
        "maxLength": "Das ist zu lang: höchstens {limit} Zeichen.",
        "minimum": "Das ist zu klein: mindestens {limit}.",
        "exclusiveMinimum": "Das ist zu klein: mehr als {limit}.",
        "maximum": "Das ist zu groß: höchstens {limit}.",
        "exclusiveMaximum": "Das ist zu groß: weniger als {limit}.",
        "multipleOf": "Das muss ein Vielfaches von {limit} sein.",
        "minItems": "Zu wenige Einträge: mindestens {limit}.",
        "maxItems": "Zu viele Einträge: höchstens {limit}.",
        "uniqueItems": "Ein Eintrag ist mehrfach vorhanden.",
        "minProperties": "Zu wenige Felder: mindestens {limit}.",
        "maxProperties": "Zu viele Felder: höchstens {limit}.",
        "anyOf": "Keine der hier möglichen Formen passt.",
        "oneOf": "Genau eine der möglichen Formen muss passen.",
        "not": "Diese Angabe ist neben den übrigen nicht möglich.",
        "other": "Das ist hier nicht erlaubt.",
        "not_json": "Das ist ein Wert, den es in JSON nicht gibt.",
        "not_finite": "Erwartet wird eine endliche Zahl.",
        "too_great": "Diese Zahl ist zu groß.",
        "broken_text": "Dieser Text enthält Zeichen, die sich nicht als UTF-8 schreiben lassen.",
        "key_not_text": "Die Namen der Felder müssen Text sein.",
        "too_deep": "Das Dokument ist zu tief verschachtelt oder enthält sich selbst.",
    },
}
"""Sentence by language and key; both languages have the same keys."""

TYPES: dict[str, dict[str, str]] = {
    "en": {
        "string": "text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "array": "a list",
        "object": "an object",
        "null": "nothing (null)",
    },
    "de": {
        "string": "Text",
        "integer": "eine ganze Zahl",
        "number": "eine Zahl",
        "boolean": "wahr oder falsch",
        "array": "eine Liste",
        "object": "ein Objekt",
        "null": "nichts (null)",
    },
}
"""Words for the types of JSON, by language."""

_OR = {"en": " or ", "de": " oder "}


def sentence(reason: RefusalReason, locale: str) -> str:
    """Return a reason as a sentence: German where the locale is German, else English."""
    language = "de" if locale.lower().startswith("de") else "en"
    catalogue = SENTENCES[language]
    # A schema may use a keyword that has no sentence of its own yet.
    pattern = catalogue.get(reason.key, catalogue["other"])
    return pattern.format_map({name: _word(name, value, language) for name, value in reason.details.items()})


def _word(name: str, value: object, language: str) -> str:
    listed = value if isinstance(value, list) else [value]
    if name in ("types", "found"):
        return _OR[language].join(TYPES[language].get(str(each), str(each)) for each in listed)
    return ", ".join(str(each) for each in listed)

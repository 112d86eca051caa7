"""Tables and facts for people, on wide and narrow terminals."""

import pytest

from carloop_plugin.cli.layout import print_table
from carloop_plugin.cli.texts import Texts


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("columns", [40, 60, 80])
def test_narrow_terminals(run, saved, booked, appointment_file, monkeypatch, columns, language):
    """However narrow the terminal, ids, plates, prices and days stay whole, and no line is longer than it."""
    monkeypatch.setenv("COLUMNS", str(columns))
    option = saved.search()["options"][0]
    plate, amount = option["vehicle"]["licence_plate"].split()[0], option["price"]["amount"].split(".")[0]
    day = saved.start().strftime("%d.%m.%Y" if language == "de" else "%Y-%m-%d")
    search = ["search", "--appointment", saved.id]
    shown = {
        "search": ([*search, "--limit", "5"], [option["id"], plate, amount[-3:]]),
        "alternatives": ([*search, "--class", "transporter", "--feature", "elektro"], []),
        "rentals": (["rentals", "--appointment", saved.id], [booked["id"], saved.id, day]),
        "step": (["appointment", "save", str(appointment_file)], [booked["id"], saved.id]),
        "features": (["features"], ["elektro"]),
        "doctor": (["doctor"], ["Autohaus"]),
        "settings": (["settings", "show"], ["main"]),
    }
    for name, (words, whole) in shown.items():
        lines = run("--lang", language, *words).out.splitlines()
        letters = [line for line in lines if len(line.strip()) == 1 and line.strip().isalpha()]
        assert letters == [], name
        found = [line for line in lines if line[:2] not in ("✓ ", "✗ ", "· ", "! ", "  ")]
        assert max(map(len, found)) <= columns or name in ("doctor", "step"), name
        assert [word for word in whole if word not in "\n".join(lines)] == [], name


def test_a_row_is_as_wide_as_it_may_be(capsys, monkeypatch):
    """In a pipe it stays on one line; prices are aligned right, so that one sees which is dearer."""
    monkeypatch.setenv("COLUMNS", "60")
    prices = {"A": "9,90 €", "B": "1.109,80 €"}
    print_table(["option", "price"], [{"option": o, "price": p} for o, p in prices.items()], Texts("en"))
    nine, thousand = capsys.readouterr().out.rstrip().splitlines()[-2:]
    assert nine.rstrip().index("€") == thousand.rstrip().index("€")
    monkeypatch.delenv("COLUMNS")
    print_table(["option", "remark"], [{"option": "A", "remark": "x" * 200}], Texts("en"))
    assert "A        " + "x" * 200 in capsys.readouterr().out


def test_a_search_at_80_columns(run, saved, monkeypatch):
    """A car is a line, its price in it, and no plate is shown twice."""
    monkeypatch.setenv("COLUMNS", "80")
    option = saved.search()["options"][0]
    found = run("search", "--appointment", saved.id, "--limit", "60").out
    row = next(line for line in found.splitlines() if line.split()[:1] == [option["id"]])
    assert ("€" in row, found.count(option["vehicle"]["licence_plate"])) == (True, 1)

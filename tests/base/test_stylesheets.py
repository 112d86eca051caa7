"""The pages' sizes and colours are those of tokens.css, and templates do not reckon."""

import re
from pathlib import Path

import pytest

DEMO = Path(__file__).resolve().parents[2] / "demo"
TOKENS = DEMO / "web_base/static/tokens.css"
PICO = DEMO / "web_base/static/vendor/pico.min.css"
SHEETS = ("web_base/static/base.css", "carloop_sandbox/static/own.css", "planner_host/static/own.css")


def defined_in(*texts):
    """Return the names of the values that stylesheets define."""
    return {name for text in texts for name in re.findall(r"(--[\w-]+):", text)}


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_stylesheet_holds_no_size_and_no_colour_of_its_own(sheet):
    """A program's accent aside; letters and plates may be sized by the letters around them."""
    text = re.sub(r"/\*.*?\*/|^:root \{.*?^\}", "", (DEMO / sheet).read_text("utf-8"), flags=re.S | re.M)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgb\(", text) == []
    assert (
        re.findall(r"(?<!scroll-)(?:font-size|border-radius|gap|margin|padding)[a-z-]*: [\d.]+rem", text)
        == []
    )


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_value_that_is_used_is_defined(sheet):
    """A misspelt name would leave a rule without an effect."""
    text, tokens = (DEMO / sheet).read_text("utf-8"), TOKENS.read_text("utf-8")
    # the accents are each program's, and the states' colours both programs'
    shared, accents = ((DEMO / each).read_text("utf-8") for each in SHEETS[:2])
    known = defined_in(text, tokens, shared, accents, PICO.read_text("utf-8"))
    assert set(re.findall(r"var\((--[\w-]+)", text + tokens)) - known == set()


def test_a_template_sets_no_variables_and_has_short_lines():
    """What a page shows is worked out before, and what is repeated has a name where it is used."""
    for path in DEMO.glob("*/templates/*.html"):
        lines = path.read_text("utf-8").splitlines()
        assert [line for line in lines if len(line) > 200 or re.search(r"\{%-? set ", line)] == [], path

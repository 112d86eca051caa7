"""What the templates do with a value."""

from types import SimpleNamespace

import pytest
from markupsafe import Markup

from web_base.templates import Templates


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Änne Stein", "Änne Stein"),
        ("<b>", "&lt;b&gt;"),
        ("\"Stein\" & 'Söhne'", "&quot;Stein&quot; &amp; &#x27;Söhne&#x27;"),
        (Markup("<b>"), "<b>"),
        (7, "7"),
    ],
)
def test_a_value_is_escaped_unless_it_is_markup(value, written, tmp_path):
    """Plain text is escaped, for an attribute too; markup is not escaped again."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text('<i title="{{ page.value }}">{{ page.value }}</i>')

    page = SimpleNamespace(text=None, user=None, language=SimpleNamespace(count=None), value=value)

    assert Templates(tmp_path).render("page.html", page=page) == f'<i title="{written}">{written}</i>'

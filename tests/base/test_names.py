"""What a customer is called."""

import pytest

from web_base.names import addressed, lines_of


@pytest.mark.parametrize(
    ("customer", "lines"),
    [
        ({"salutation": "Firma", "company": "Medizintechnik Wenzel GmbH"}, ["Medizintechnik Wenzel GmbH"]),
        ({"salutation": "Frau", "company": "Wenzel GmbH"}, ["Wenzel GmbH"]),
        (
            {"salutation": "Frau", "company": "Wenzel GmbH", "last_name": "Stein"},
            ["Wenzel GmbH", "Frau Stein"],
        ),
        ({"salutation": "Firma", "company": "Krüger", "first_name": "Jo"}, ["Krüger", "Jo"]),
        ({"salutation": "Herr Dr.", "first_name": "Jo", "last_name": "Müller"}, ["Herr Dr. Jo Müller"]),
        ({"last_name": "Müller", "company": None, "salutation": None}, ["Müller"]),
        ({}, []),
    ],
)
def test_a_customer_has_a_line_for_company_and_person(customer, lines):
    """A salutation alone is nobody's name."""
    assert list(lines_of(customer)) == lines
    assert addressed(customer) in ("", *lines)

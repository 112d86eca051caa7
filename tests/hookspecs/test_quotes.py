"""What a change would cost: who is asked, and what becomes of the answer."""

import pytest

from mobility_hookspecs import MobilityProblem, make_problem

MONEY = {"amount": "99.80", "currency": "EUR", "tax_included": True}


@pytest.fixture
def ask(make_host, make_provider, documents):
    """Ask a provider that declares `quote`, and a word of a later version; return its answer or the problem's code."""

    def ask(answer, change=None, capabilities=("quote", "teleport"), **options):
        taxi = make_provider(info={"capabilities": [*capabilities]}, quote_rental_change=answer)
        liar = make_provider("liar", info={"capabilities": ["quote"]})
        host = make_host(taxi, liar, make_provider("bus"), strict=True)
        try:
            return host.quote(documents.change() if change is None else change, **options)
        except MobilityProblem as error:
            return error.problem["code"]

    return ask


def test_a_quote_is_what_the_provider_answers(ask, documents):
    """Possible with its price, or impossible with the reason; the change's id is written as the host wrote it."""
    possible = documents.quote(price=MONEY, difference=MONEY, free_until="2027-03-05T12:00:00Z")
    impossible = documents.quote(possible=False, problem=make_problem("vehicle_unavailable"))
    for said in (possible, impossible, documents.quote()):
        assert ask(said) == said
    loud = documents.change(change_id=documents.change_id.upper())
    assert ask(documents.quote(), loud) == documents.quote(change_id=loud["change_id"])


def test_what_is_no_quote_is_a_problem(ask, documents):
    """Another's, an invalid one or none; a problem that the provider raises is passed on."""
    another = "00000000-0000-4000-8000-000000000000"
    wrong = (None, documents.quote("bus"), documents.quote(change_id=another), documents.outcome())
    for answer in (*wrong, documents.quote(price=MONEY | {"amount": 99.8})):
        assert ask(answer) == "invalid_answer"
    assert ask(lambda: 1 / 0) == "provider_failed"

    def unreachable():
        raise MobilityProblem(make_problem("unreachable"))

    assert ask(unreachable) == "unreachable"


def test_who_is_not_asked(ask, documents):
    """Who does not declare or have it, is not loaded; nor is anybody about a cancellation or an invalid change."""
    asked = []
    answer = lambda change: asked.append(change["action"]) or documents.quote()  # noqa: E731
    rental = {"change_id": documents.change_id, "provider": "taxi", "rental_id": "r-1"}
    rebook = documents.change(action="rebook", rental_id="r-1")
    assert ask(answer, capabilities=["change_end"]) == ask(answer, rebook) == "not_supported"
    for name in ("bus", "liar", "nobody"):
        assert ask(answer, documents.change(name)) == "not_supported"
    for change in (rental | {"action": "cancel"}, documents.change(extra=1)):
        assert ask(answer, change) == "invalid_document"
    assert (ask(answer, timeout=0), asked) == ("busy", [])
    end = rental | {"action": "change_end", "end": "2027-03-05T12:00:00Z"}
    assert ask(answer, end) == ask(answer, rebook, ["quote", "rebook"]) == documents.quote()
    assert asked == ["change_end", "rebook"]

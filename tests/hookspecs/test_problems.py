"""The problem codes and the exception that carries one."""

import pytest

from mobility_hookspecs import MobilityProblem, ProblemCode, make_problem
from mobility_hookspecs.problems import TITLES
from mobility_schemas import validate

RETRYABLE = {"busy", "rate_limited", "unreachable", "deadline_exceeded", "outcome_pending", "account_changed"}
RETRYABLE |= {"appointment_not_saved", "not_configured", "insecure_address", "not_authorised"}
RETRYABLE |= {"storage_failed"}


@pytest.mark.parametrize("locale", ["de", "en"])
@pytest.mark.parametrize("code", ProblemCode)
def test_every_code_makes_a_valid_problem_in_each_language(code, locale):
    """A valid document with the code's sentence, retryable as the contract says."""
    problem = make_problem(code, locale=locale)
    validate(problem, "problem")
    assert problem == {"code": str(code), "title": TITLES[locale][code], "retryable": code in RETRYABLE}
    assert type(problem["code"]) is str
    assert TITLES["de"][code] != TITLES["en"][code]


def test_a_problem_holds_what_it_is_given():
    """Title, detail and pointer are taken over; its exception shows neither of these two, which may name a person."""
    given = {"title": "Gleich.", "detail": "Erika Sommer", "pointer": "/Erika"}
    problem = make_problem("busy", **given)
    assert problem == {"code": "busy", "retryable": True, **given}
    error = MobilityProblem(problem)
    assert (str(error), "Erika" in repr(error)) == ("busy: Gleich.", False)


def test_a_code_the_contract_does_not_have():
    """It is a mistake of the caller's, found at once; a provider's own is validated by the host kit."""
    with pytest.raises(ValueError, match="no_such_code"):
        make_problem("no_such_code")
    assert MobilityProblem("nonsense").problem == "nonsense"

"""What is logged about a provider's failure: where it happened, and no value of a document."""

import logging

import pytest

from mobility_hookspecs import MobilityProblem, make_problem

CANARY = "Kanarienvogel"


def _shout(document):
    try:
        raise KeyError(repr(document))
    except KeyError as error:
        raise ValueError(repr(document)) from error


def _invalid_problem():
    raise MobilityProblem({"code": CANARY})


@pytest.fixture
def shouting(make_host, make_provider):
    """A provider that puts every document it is given into its exceptions."""
    return make_host(
        make_provider(
            on_appointment_saved=lambda appointment: _shout(appointment),
            on_rental_change=lambda change: _shout(change),
            provide_mobility_options={"provider": "taxi", CANARY: CANARY, "options": CANARY},
            save_provider_settings=lambda settings: _shout(settings),
            on_personal_data_erased=_invalid_problem,
        )
    )


def test_no_document_appears_in_a_log_or_a_failure(shouting, documents, caplog):
    """Names and tokens go into a provider that shouts them; neither log nor failure repeats them."""
    customer = documents.customer(last_name=CANARY)
    with caplog.at_level(logging.DEBUG):
        said = [
            shouting.appointment_saved(documents.appointment(customer=customer)),
            shouting.change_rental(documents.change(customer=customer)),
            shouting.mobility_options(documents.request()),
            shouting.erase(documents.subjects(customer_numbers=[CANARY])),
            shouting.appointment_saved(documents.appointment(customer=customer, revision=CANARY)),
        ]
        with pytest.raises(MobilityProblem) as caught:
            shouting.save_settings(documents.settings(values={"token": CANARY}))
    assert CANARY not in caplog.text
    assert [record for record in caplog.records if CANARY in repr(vars(record))] == []
    assert CANARY not in repr(said) + repr(caught.value) + repr(caught.value.problem)


def test_the_log_leads_to_the_line(shouting, documents, caplog):
    """Hook, provider, type of exception and every frame, also of what it was raised from."""
    shouting.appointment_saved(documents.appointment())
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("mobility_hookspecs", "ERROR")
    text = record.getMessage()
    wanted = ["on_appointment_saved", "taxi", "ValueError", "KeyError", __file__, "in _shout"]
    assert [word for word in wanted if word not in text] == []


def test_the_log_names_invalid_answers_and_hangs(make_host, make_provider, caplog, hanging):
    """With the hook, the provider, and what is wrong; a MobilityProblem is the provider's own word, and no fault."""

    def provide_mobility_states():
        raise MobilityProblem(make_problem("unreachable"))

    hooks = {"reconcile_rentals": {"provider": "taxi"}, "provide_mobility_filters": lambda: hanging.hook()}
    host = make_host(make_provider(provide_mobility_states=provide_mobility_states, **hooks))
    assert len(host.mobility_states(["A-1"]).failures) == 1
    host.reconcile()
    host.mobility_filters("main", timeout=0.5)
    invalid, hang = (record.getMessage() for record in caplog.records)
    assert invalid.startswith("reconcile_rentals of provider taxi gave an invalid answer: reconcile_report")
    assert hang == "provide_mobility_filters of provider taxi did not answer within 0.500 s"

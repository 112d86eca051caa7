"""What each hook may answer, and what becomes of it."""

import pytest

from mobility_hookspecs import MobilityProblem, make_problem
from mobility_schemas import validate


def _proposal(provider):
    change = {"provider": provider, "action": "cancel", "rental_id": "r"}
    return {"id": "p", "reason": "moved", "message": "…", "change": change}


SAVED, STATES, RECONCILE = "on_appointment_saved", "provide_mobility_states", "reconcile_rentals"
FOR_ANOTHER = {
    "step": (SAVED, lambda p: p.step("other")),
    "step's rental": (SAVED, lambda p: p.step(rental=p.rental("other"))),
    "step's proposal": (SAVED, lambda p: p.step(proposals=[_proposal("other")])),
    "step's appointment": (SAVED, lambda p: p.step(appointment_id="B")),
    "filters": ("provide_mobility_filters", lambda p: p.filters("other")),
    "state": (STATES, lambda p: [p.state("other")]),
    "state's rental": (STATES, lambda p: [p.state(rental=p.rental("other"))]),
    "report": (RECONCILE, lambda p: p.report("other")),
    "report's outcome": (RECONCILE, lambda p: p.report(settled=[p.outcome(rental=p.rental("other"))])),
    "report's rental": (RECONCILE, lambda p: p.report(changed=[p.rental("other")])),
    "nobody's outcome": (RECONCILE, lambda p: p.report(settled=[p.outcome() | {"provider": None}])),
    "erasure": ("on_personal_data_erased", lambda p: p.erasure("other")),
}
ASK = {
    SAVED: lambda host, p: host.appointment_saved(p.appointment()),
    "provide_mobility_filters": lambda host, _: host.mobility_filters("main"),
    STATES: lambda host, _: host.mobility_states(["A-1"]),
    RECONCILE: lambda host, _: host.reconcile(),
    "on_personal_data_erased": lambda host, p: host.erase(p.subjects()),
}


@pytest.mark.parametrize("case", FOR_ANOTHER)
def test_a_provider_cannot_answer_for_another(case, make_host, make_provider, documents):
    """Another's id, wherever it stands, makes the answer invalid."""
    hook, answer = FOR_ANOTHER[case]
    host = make_host(make_provider(**{hook: lambda: answer(documents)}))
    gathered = ASK[hook](host, documents)
    assert [(f.provider, f.problem["code"]) for f in gathered.failures] == [("taxi", "invalid_answer")]


def test_states_come_in_the_order_asked(make_host, make_provider, documents):
    """The provider's order does not matter; an id asked twice is answered twice."""
    asked = []

    def provide_mobility_states(appointment_ids):
        asked.append(appointment_ids)
        return [documents.state(appointment_id=name) for name in sorted(appointment_ids)]

    host = make_host(make_provider(provide_mobility_states=provide_mobility_states))
    states = host.mobility_states(("C", "A", "B", "A")).answers["taxi"]
    assert [state["appointment_id"] for state in states] == ["C", "A", "B", "A"]
    assert asked == [["C", "A", "B", "A"]]
    assert host.mobility_states([]).answers["taxi"] == []


@pytest.mark.parametrize("answered", [[], ["A"], ["A", "B", "C"], ["A", "A", "B"], ["A", "A"]])
def test_states_must_be_those_asked(answered, make_host, make_provider, documents):
    """None missing, none too many, none twice."""
    states = [documents.state(appointment_id=name) for name in answered]
    host = make_host(make_provider(provide_mobility_states=lambda: states))
    (failure,) = host.mobility_states(["A", "B"]).failures
    assert failure.problem["code"] == "invalid_answer"


def test_an_answer_is_given_as_the_provider_gave_it(make_host, make_provider, documents):
    """The same document, for every kind of answer that no other test reads whole."""
    provider = make_provider(
        provide_mobility_filters=documents.filters(),
        provide_provider_settings=documents.answered_settings(),
        save_provider_settings=documents.check(),
        check_mobility_provider=documents.check(),
    )
    host = make_host(provider)
    assert host.mobility_filters("main").answers == {"taxi": documents.filters()}
    assert host.settings("taxi", "main") == documents.answered_settings()
    assert (host.save_settings(documents.settings()), host.check("taxi", "main")) == (documents.check(),) * 2


def test_settings_raise_what_is_wrong(make_host, make_provider, documents):
    """A provider's own problem, an unknown provider, an invalid site, a foreign answer."""

    def provide_provider_settings(site):
        if site == "other":
            return documents.answered_settings(site="main")
        raise MobilityProblem(make_problem("storage_failed"))

    host = make_host(make_provider(provide_provider_settings=provide_provider_settings))
    cases = {("taxi", "main"): "storage_failed", ("bus", "main"): "not_supported"}
    cases |= {("taxi", "a b"): "invalid_document", ("taxi", "other"): "invalid_answer"}
    found = {asked: _raised(host.settings, *asked)["code"] for asked in cases}
    assert found == cases


def test_saving_settings_is_strict(make_host, make_provider, documents):
    """An unknown field is refused before the provider sees it; the provider's refusal is raised."""

    def save_provider_settings(settings):
        raise MobilityProblem(make_problem("insecure_address", pointer="/values/base_url"))

    host = make_host(make_provider(save_provider_settings=save_provider_settings))
    strict = _raised(host.save_settings, documents.settings(extra=1))
    assert (strict["code"], strict["pointer"]) == ("invalid_document", "/extra")
    refused = _raised(host.save_settings, documents.settings())
    assert refused == make_problem("insecure_address", pointer="/values/base_url")


def _raise_unreachable():
    raise MobilityProblem(make_problem("unreachable", locale="en", detail="Is the address right?"))


CHECKS = {
    "its own word": (_raise_unreachable, "unreachable"),
    "a bug": (lambda: 1 / 0, "provider_failed"),
    "an invalid answer": ({}, "invalid_answer"),
    "another site's": ({"provider": "taxi", "site": "x", "ok": True, "findings": []}, "invalid_answer"),
}


@pytest.mark.parametrize("case", CHECKS)
def test_a_check_is_always_a_report(case, make_host, make_provider):
    """Whatever goes wrong is a finding with the problem's code."""
    hook, code = CHECKS[case]
    report = make_host(make_provider(check_mobility_provider=hook)).check("taxi", "main", locale="en")
    assert (report["provider"], report["site"], report["ok"]) == ("taxi", "main", False)
    assert [finding["code"] for finding in report["findings"]] == [code]


def test_a_check_of_a_provider_that_is_not_there(make_host, make_provider):
    """A report too, valid even when provider and site are nonsense."""
    host = make_host(make_provider())
    for provider, site, code in (("bus", "main", "not_supported"), (None, 5, "invalid_document")):
        report = host.check(provider, site)
        validate(report, "check_report")
        assert [finding["code"] for finding in report["findings"]] == [code]


def test_erasing_names_who_cannot(make_host, make_provider, documents):
    """A provider without the hook is a failure, among those that raise, and never silence."""

    def broken(subjects):
        raise ValueError

    host = make_host(
        make_provider("b-keeps"),
        make_provider("a-breaks", on_personal_data_erased=broken),
        make_provider("c-erases", on_personal_data_erased=documents.erasure("c-erases")),
        locale="en",
    )
    gathered = host.erase(documents.subjects())
    assert list(gathered.answers) == ["c-erases"]
    assert [(each.provider, each.problem["code"]) for each in gathered.failures] == [
        ("a-breaks", "provider_failed"),
        ("b-keeps", "not_supported"),
    ]
    assert gathered.failures[1].problem == make_problem("not_supported", locale="en")
    invalid = host.erase({"customer_numbers": 5}).failures
    assert [each.problem["code"] for each in invalid] == ["invalid_document"] * 3


def _raised(ask, *arguments, **options):
    with pytest.raises(MobilityProblem) as caught:
        ask(*arguments, **options)
    return caught.value.problem


def test_a_hosts_language_holds_for_every_call(make_host, make_provider, documents):
    """What a call does not say is said once, where the host is made."""
    spoken = []

    def note(context):
        spoken.append(context.locale)
        raise MobilityProblem(make_problem("busy", locale=context.locale, detail="why"))

    others = ("provide_mobility_options", "on_rental_change", "check_mobility_provider")
    others += ("provide_provider_settings", "save_provider_settings")
    hooks = dict.fromkeys([*ASK, *others], note)
    host = make_host(make_provider(**hooks), locale="en_GB")

    def ask(**options):
        return [
            host.appointment_saved(documents.appointment(), **options),
            host.mobility_filters("main", **options),
            host.mobility_options(documents.request(), **options),
            host.mobility_states(["A-1"], **options),
            host.reconcile(**options),
            host.erase(documents.subjects(), **options),
            host.change_rental(documents.change(), **options)["problem"],
            host.check("taxi", "main", **options),
            _raised(host.settings, "taxi", "main", **options),
            _raised(host.save_settings, documents.settings(), **options),
            _raised(host.settings, "nobody", "main", **options),
        ]

    english, german = ask(), ask(locale="de")
    assert spoken == ["en"] * len(hooks) + ["de"] * len(hooks)
    assert [ours for ours, theirs in zip(english, german, strict=True) if ours == theirs] == []
    assert english == ask(locale="en")

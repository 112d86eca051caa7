"""What each hook may answer, and what is taken out of it."""

import pytest

from mobility_hookspecs import MobilityProblem, make_problem

ELSEWHERE = "http://elsewhere.example/x"
HERE = "http://127.0.0.1:8081/r/1"


def test_links_are_dropped_wherever_a_rental_or_vehicle_stands(make_host, make_provider, papers):
    """In steps, states, outcomes, their alternatives, and reports; the documents stay valid and whole."""
    vehicle = papers.vehicle(image_url="javascript:alert(1)")
    rental = papers.rental(web_url=ELSEWHERE, vehicle=vehicle)
    outcome = papers.outcome(rental=rental, alternatives=[papers.option(vehicle=vehicle)])
    host = make_host(
        make_provider(
            on_appointment_saved=papers.step(rental=rental),
            provide_mobility_options=papers.offer(options=[papers.option(vehicle=vehicle)]),
            provide_mobility_states=lambda: [papers.state(rental=rental)],
            on_rental_change=outcome,
            reconcile_rentals=papers.report(settled=[outcome], changed=[rental]),
        )
    )
    clean = papers.rental(vehicle=papers.vehicle())
    clean_outcome = papers.outcome(rental=clean, alternatives=[papers.option(vehicle=papers.vehicle())])
    assert host.appointment_saved(papers.appointment()).answers["taxi"] == papers.step(rental=clean)
    assert host.mobility_options(papers.request()).answers["taxi"]["options"] == clean_outcome["alternatives"]
    assert host.mobility_states(["A-1"]).answers["taxi"] == [papers.state(rental=clean)]
    assert host.change_rental(papers.change()) == clean_outcome
    assert host.reconcile().answers["taxi"] == papers.report(settled=[clean_outcome], changed=[clean])


@pytest.mark.parametrize("address", ["https://carloop.example/r/1", HERE])
def test_good_links_stay(address, make_host, make_provider, papers):
    """https, and http on this machine."""
    rental = papers.rental(web_url=address, vehicle=papers.vehicle(image_url=address))
    host = make_host(make_provider(on_rental_change=papers.outcome(rental=rental)))
    assert host.change_rental(papers.change())["rental"] == rental


def test_settings_keep_https_links_alone_and_no_secrets(make_host, make_provider, papers):
    """Links of settings are shown as they are: https only; what the form calls writeOnly is not given back."""
    good = {"title": "Hilfe", "url": "https://www.carloop.info"}
    form = {"type": "object", "properties": {"token": {"writeOnly": True}, "base_url": {}}}
    answered = papers.answered_settings(
        links=[{"title": "Lokal", "url": HERE}, good, {"title": "?", "url": "javascript:alert(1)"}],
        schema=form,
        values={"token": "canary-token", "base_url": "https://carloop.example"},
    )
    host = make_host(make_provider(provide_provider_settings=answered))
    settings = host.settings("taxi", "main")
    assert settings["links"] == [good]
    assert settings["values"] == {"base_url": "https://carloop.example"}


def _named_by_another(papers):
    rental, outcome = papers.rental("other"), papers.outcome(rental=papers.rental("other"))
    proposal = {
        "id": "p",
        "reason": "moved",
        "message": "…",
        "change": {"provider": "other", "action": "cancel", "rental_id": "r"},
    }
    return {
        "step": ("appointment_saved", "on_appointment_saved", papers.step("other")),
        "step's rental": ("appointment_saved", "on_appointment_saved", papers.step(rental=rental)),
        "step's proposal": ("appointment_saved", "on_appointment_saved", papers.step(proposals=[proposal])),
        "step's appointment": ("appointment_saved", "on_appointment_saved", papers.step(appointment_id="B")),
        "filters": ("mobility_filters", "provide_mobility_filters", papers.filters("other")),
        "state": ("mobility_states", "provide_mobility_states", [papers.state("other")]),
        "state's rental": ("mobility_states", "provide_mobility_states", [papers.state(rental=rental)]),
        "report": ("reconcile", "reconcile_rentals", papers.report("other")),
        "report's outcome": ("reconcile", "reconcile_rentals", papers.report(settled=[outcome])),
        "report's rental": ("reconcile", "reconcile_rentals", papers.report(changed=[rental])),
        "nobody's outcome": (
            "reconcile",
            "reconcile_rentals",
            papers.report(settled=[papers.outcome() | {"provider": None}]),
        ),
        "erasure": ("erase", "on_personal_data_erased", papers.erasure("other")),
    }


@pytest.mark.parametrize(
    "case",
    [
        "step",
        "step's rental",
        "step's proposal",
        "step's appointment",
        "filters",
        "state",
        "state's rental",
        "report",
        "report's outcome",
        "report's rental",
        "nobody's outcome",
        "erasure",
    ],
)
def test_a_provider_cannot_answer_for_another(case, make_host, make_provider, papers):
    """Another's id, wherever it stands, makes the answer invalid."""
    method, hook, answer = _named_by_another(papers)[case]
    questions = {
        "appointment_saved": papers.appointment(),
        "mobility_filters": "main",
        "mobility_states": ["A-1"],
        "erase": papers.subjects(),
    }
    host = make_host(make_provider(**{hook: lambda: answer}))
    question = [questions[method]] if method in questions else []
    gathered = getattr(host, method)(*question)
    assert [(f.provider, f.problem["code"]) for f in gathered.failures] == [("taxi", "invalid_answer")]


def test_states_come_in_the_order_asked(make_host, make_provider, papers):
    """The provider's order does not matter; an id asked twice is answered twice."""
    asked = []

    def provide_mobility_states(appointment_ids):
        asked.append(appointment_ids)
        return [papers.state(appointment_id=name) for name in sorted(appointment_ids)]

    host = make_host(make_provider(provide_mobility_states=provide_mobility_states))
    states = host.mobility_states(("C", "A", "B", "A")).answers["taxi"]
    assert [state["appointment_id"] for state in states] == ["C", "A", "B", "A"]
    assert asked == [["C", "A", "B", "A"]]
    assert host.mobility_states([]).answers["taxi"] == []


@pytest.mark.parametrize("answered", [[], ["A"], ["A", "B", "C"], ["A", "A", "B"], ["A", "A"]])
def test_states_must_be_those_asked(answered, make_host, make_provider, papers):
    """None missing, none too many, none twice."""
    states = [papers.state(appointment_id=name) for name in answered]
    host = make_host(make_provider(provide_mobility_states=lambda: states))
    (failure,) = host.mobility_states(["A", "B"]).failures
    assert failure.problem["code"] == "invalid_answer"


def test_every_question_has_its_answer(make_host, make_provider, papers):
    """Filters, offers, reports, erasures and settings come back as the provider answered them."""
    host = make_host(
        make_provider(
            provide_mobility_filters=papers.filters(),
            provide_mobility_options=papers.offer(),
            reconcile_rentals=papers.report(),
            on_personal_data_erased=papers.erasure(),
            provide_provider_settings=papers.answered_settings(),
            save_provider_settings=papers.check(),
            check_mobility_provider=papers.check(),
        )
    )
    assert host.mobility_filters("main").answers == {"taxi": papers.filters()}
    assert host.mobility_options(papers.request()).answers == {"taxi": papers.offer()}
    assert host.reconcile().answers == {"taxi": papers.report()}
    assert host.erase(papers.subjects()).answers == {"taxi": papers.erasure()}
    assert host.settings("taxi", "main") == papers.answered_settings()
    assert host.save_settings(papers.settings()) == papers.check()
    assert host.check("taxi", "main") == papers.check()


def test_settings_raise_what_is_wrong(make_host, make_provider, papers):
    """A provider's own problem, an unknown provider, an invalid site, a foreign answer."""

    def provide_provider_settings(site):
        if site == "other":
            return papers.answered_settings(site="main")
        raise MobilityProblem(make_problem("storage_failed"))

    host = make_host(make_provider(provide_provider_settings=provide_provider_settings))
    cases = {("taxi", "main"): "storage_failed", ("bus", "main"): "not_supported"}
    cases |= {("taxi", "a b"): "invalid_document", ("taxi", "other"): "invalid_answer"}
    for (provider, site), code in cases.items():
        with pytest.raises(MobilityProblem) as caught:
            host.settings(provider, site)
        assert caught.value.problem["code"] == code


def test_saving_settings_is_strict(make_host, make_provider, papers):
    """An unknown field is refused before the provider sees it; the provider's refusal is raised."""

    def save_provider_settings(settings):
        raise MobilityProblem(make_problem("insecure_address", pointer="/values/base_url"))

    host = make_host(make_provider(save_provider_settings=save_provider_settings))
    with pytest.raises(MobilityProblem) as strict:
        host.save_settings(papers.settings(extra=1))
    assert (strict.value.problem["code"], strict.value.problem["pointer"]) == ("invalid_document", "/extra")
    with pytest.raises(MobilityProblem) as refused:
        host.save_settings(papers.settings())
    assert refused.value.problem == make_problem("insecure_address", pointer="/values/base_url")


def _raise_unreachable():
    raise MobilityProblem(make_problem("unreachable", locale="en", detail="Is the address right?"))


CHECKS = {
    "its own word": (_raise_unreachable, "unreachable"),
    "a bug": (lambda: 1 / 0, "provider_failed"),
    "an invalid answer": ({}, "invalid_answer"),
    "another site's report": (
        {"provider": "taxi", "site": "x", "ok": True, "findings": []},
        "invalid_answer",
    ),
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
    from mobility_schemas import validate

    host = make_host(make_provider())
    for provider, site, code in (("bus", "main", "not_supported"), (None, 5, "invalid_document")):
        report = host.check(provider, site)
        validate(report, "check_report")
        assert [finding["code"] for finding in report["findings"]] == [code]


def test_erasing_names_who_cannot(make_host, make_provider, papers):
    """A provider without the hook is a failure, among those that raise, and never silence."""

    def broken(subjects):
        raise ValueError

    host = make_host(
        make_provider("b-keeps"),
        make_provider("a-breaks", on_personal_data_erased=broken),
        make_provider("c-erases", on_personal_data_erased=papers.erasure("c-erases")),
        locale="en",
    )
    gathered = host.erase(papers.subjects())
    assert list(gathered.answers) == ["c-erases"]
    assert [(each.provider, each.problem["code"]) for each in gathered.failures] == [
        ("a-breaks", "provider_failed"),
        ("b-keeps", "not_supported"),
    ]
    assert gathered.failures[1].problem == make_problem("not_supported", locale="en")
    invalid = host.erase({"customer_numbers": 5}).failures
    assert [each.problem["code"] for each in invalid] == ["invalid_document"] * 3


def test_a_hosts_language_holds_for_every_call(make_host, make_provider, papers):
    """What a call does not say is said once, where the host is made."""
    spoken = []

    def note(context):
        spoken.append(context.locale)
        raise MobilityProblem(make_problem("busy", locale=context.locale, detail="why"))

    asked = (
        "on_appointment_saved",
        "provide_mobility_filters",
        "provide_mobility_options",
        "provide_mobility_states",
        "on_rental_change",
        "reconcile_rentals",
        "provide_provider_settings",
        "save_provider_settings",
        "check_mobility_provider",
        "on_personal_data_erased",
    )
    hooks = dict.fromkeys(asked, note)
    host = make_host(make_provider(**hooks), locale="en_GB")

    def ask(**options):
        outcome = host.change_rental(papers.change(), **options)
        return (
            host.appointment_saved(papers.appointment(), **options),
            host.mobility_filters("main", **options),
            host.mobility_options(papers.request(), **options),
            host.mobility_states(["A-1"], **options),
            outcome["problem"]["detail"],
            outcome["problem"]["title"],
            host.reconcile(**options),
            host.check("taxi", "main", **options),
            host.erase(papers.subjects(), **options),
            *(_raised(host, papers, **options)),
        )

    english, german = ask(), ask(locale="de")
    assert spoken == ["en"] * len(hooks) + ["de"] * len(hooks)
    assert "busy" in str(english)
    assert "why" in english[4]
    assert english != german
    assert english == ask(locale="en")


def _raised(host, papers, **options):
    raised = []
    for ask in (
        lambda: host.settings("taxi", "main", **options),
        lambda: host.save_settings(papers.settings(), **options),
        lambda: host.settings("nobody", "main", **options),
    ):
        with pytest.raises(MobilityProblem) as caught:
            ask()
        raised.append(str(caught.value.problem))
    return raised

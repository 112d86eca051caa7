"""What of an answer a host may show: links of which kind, and no secrets."""

import pytest

from mobility_hookspecs.links import is_https, is_showable

ELSEWHERE = "http://elsewhere.example/x"
HERE = "http://127.0.0.1:8081/r/1"


@pytest.mark.parametrize(
    ("address", "https", "showable"),
    [
        ("https://carloop.example/r/1", True, True),
        ("http://localhost:8081/r/1", False, True),
        ("http://127.8.9.1:80/", False, True),
        ("http://[::1]:8081/x", False, True),
        ("http://carloop.example/", False, False),
        ("http://localhost.evil.example/", False, False),
        ("http://127.0.0.1@evil.example/", False, False),
        ("https://user@evil.example/", False, False),
        ("https://", False, False),
        ("https:\\\\evil.example", False, False),
        ("https://a.example/\nSet-Cookie: x", False, False),
        ("javascript:alert(1)", False, False),
        ("//a.example/x", False, False),
        ("", False, False),
    ],
)
def test_which_addresses_may_be_shown(address, https, showable):
    """https anywhere, http on this machine, and nothing else."""
    assert (is_https(address), is_showable(address)) == (https, showable)


def test_links_are_dropped_wherever_a_rental_or_vehicle_stands(make_host, make_provider, papers):
    """In steps, states, outcomes, their alternatives, and reports; the documents stay whole, and good links stay."""
    vehicle = papers.vehicle(image_url="javascript:alert(1)")
    rental = papers.rental(web_url=ELSEWHERE, vehicle=vehicle)
    good = papers.rental(web_url=HERE, vehicle=papers.vehicle(image_url="https://carloop.example/golf.png"))
    outcome = papers.outcome(rental=rental, alternatives=[papers.option(vehicle=vehicle)])
    host = make_host(
        make_provider(
            on_appointment_saved=papers.step(rental=rental),
            provide_mobility_options=papers.offer(options=[papers.option(vehicle=vehicle)]),
            provide_mobility_states=lambda: [papers.state(rental=rental)],
            on_rental_change=outcome,
            reconcile_rentals=papers.report(settled=[outcome], changed=[rental, good]),
        )
    )
    clean = papers.rental(vehicle=papers.vehicle())
    clean_outcome = papers.outcome(rental=clean, alternatives=[papers.option(vehicle=papers.vehicle())])
    assert host.appointment_saved(papers.appointment()).answers["taxi"] == papers.step(rental=clean)
    assert host.mobility_options(papers.request()).answers["taxi"]["options"] == clean_outcome["alternatives"]
    assert host.mobility_states(["A-1"]).answers["taxi"] == [papers.state(rental=clean)]
    assert host.change_rental(papers.change()) == clean_outcome
    report = host.reconcile().answers["taxi"]
    assert report == papers.report(settled=[clean_outcome], changed=[clean, good])


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

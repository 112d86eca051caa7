"""What of an answer a host may show: links of which kind, and no secrets."""

import pytest

from mobility_hookspecs._kit.sanitize import is_https, is_safe_link

ELSEWHERE = "http://elsewhere.example/x"
HERE = "http://127.0.0.1:8081/r/1"


@pytest.mark.parametrize(
    ("address", "https", "safe"),
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
def test_which_addresses_may_be_shown(address, https, safe):
    """https anywhere, http on this machine, and nothing else."""
    assert (is_https(address), is_safe_link(address)) == (https, safe)


def test_links_are_dropped_wherever_a_rental_or_vehicle_stands(make_host, make_provider, documents):
    """In steps, states, outcomes, their alternatives, and reports; the documents stay whole, and good links stay."""
    vehicle = documents.vehicle(image_url="javascript:alert(1)")
    rental = documents.rental(web_url=ELSEWHERE, vehicle=vehicle)
    good = documents.rental(
        web_url=HERE, vehicle=documents.vehicle(image_url="https://carloop.example/golf.png")
    )
    outcome = documents.outcome(rental=rental, alternatives=[documents.option(vehicle=vehicle)])
    host = make_host(
        make_provider(
            on_appointment_saved=documents.step(rental=rental),
            provide_mobility_options=documents.offer(options=[documents.option(vehicle=vehicle)]),
            provide_mobility_states=lambda: [documents.state(rental=rental)],
            on_rental_change=outcome,
            reconcile_rentals=documents.report(settled=[outcome], changed=[rental, good]),
        )
    )
    clean = documents.rental(vehicle=documents.vehicle())
    clean_outcome = documents.outcome(
        rental=clean, alternatives=[documents.option(vehicle=documents.vehicle())]
    )
    assert host.appointment_saved(documents.appointment()).answers["taxi"] == documents.step(rental=clean)
    assert (
        host.mobility_options(documents.request()).answers["taxi"]["options"] == clean_outcome["alternatives"]
    )
    assert host.mobility_states(["A-1"]).answers["taxi"] == [documents.state(rental=clean)]
    assert host.change_rental(documents.change()) == clean_outcome
    report = host.reconcile().answers["taxi"]
    assert report == documents.report(settled=[clean_outcome], changed=[clean, good])


def test_settings_keep_https_links_alone_and_no_secrets(make_host, make_provider, documents):
    """Links of settings are shown as they are: https only; what the form calls writeOnly is not given back."""
    good = {"title": "Hilfe", "url": "https://www.carloop.info"}
    form = {"type": "object", "properties": {"token": {"writeOnly": True}, "base_url": {}}}
    answered = documents.answered_settings(
        links=[{"title": "Lokal", "url": HERE}, good, {"title": "?", "url": "javascript:alert(1)"}],
        schema=form,
        values={"token": "canary-token", "base_url": "https://carloop.example"},
    )
    host = make_host(make_provider(provide_provider_settings=answered))
    settings = host.settings("taxi", "main")
    assert settings["links"] == [good]
    assert settings["values"] == {"base_url": "https://carloop.example"}

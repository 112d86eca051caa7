"""One spelling for a web address, and a refusal for what must not be used."""

import pytest

from carloop_plugin.api.session import CarloopSession
from carloop_plugin.domain.addresses import origin_of, read_address
from carloop_plugin.domain.failures import CallFailed


@pytest.mark.parametrize(
    ("typed", "base_url", "origin"),
    [
        ("https://carloop.example", "https://carloop.example", "https://carloop.example"),
        ("HTTPS://Carloop.Example:443/", "https://carloop.example", "https://carloop.example"),
        ("https://carloop.example./", "https://carloop.example", "https://carloop.example"),
        (
            "https://carloop.example:8443/a/b/",
            "https://carloop.example:8443/a/b",
            "https://carloop.example:8443",
        ),
        ("https://carloop.example/x/api/planner/v1/", "https://carloop.example/x", "https://carloop.example"),
        ("https://bücher.example", "https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("http://localhost:8081", "http://localhost:8081", "http://localhost:8081"),
        ("http://127.9.8.7:1", "http://127.9.8.7:1", "http://127.9.8.7:1"),
        ("http://[0:0:0:0:0:0:0:1]:8081", "http://[::1]:8081", "http://[::1]:8081"),
        ("https://carloop.example/%7Ex", "https://carloop.example/%7Ex", "https://carloop.example"),
    ],
)
def test_usable_address(typed, base_url, origin):
    """Case, a default port, a slash at the end and the interface's own path make no difference."""
    address = read_address(typed)
    assert (address.base_url, address.origin) == (base_url, origin)
    assert read_address(base_url) == address


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("http://carloop.example", "insecure_address"),
        ("http://localhost.evil.example", "insecure_address"),
        ("http://[::ffff:127.0.0.1]", "insecure_address"),
        ("http://127.0.0.1.nip.example", "insecure_address"),
        ("https://user:secret@carloop.example", "insecure_address"),
        ("http://127.1", "not_configured"),
        ("https://carloop.example?x=1", "not_configured"),
        ("https://carloop.example/#top", "not_configured"),
        ("https://carloop.example/a/../b", "not_configured"),
        ("https://carloop.example\\@evil.example", "not_configured"),
        ("https://carloop.exa\nmple", "not_configured"),
        ("https://carloop.example:99999", "not_configured"),
        ("https://[fe80::1%25eth0]", "not_configured"),
        ("https://[::1", "not_configured"),
        ("https://a..example", "not_configured"),
        ("https://" + "a." * 200 + "example", "not_configured"),
        ("https://a\u200d.example", "not_configured"),
        ("https://carloop.example/%zz", "not_configured"),
        ("https://carloop.example/" + "x" * 3000, "not_configured"),
        ("https://", "not_configured"),
        ("carloop.example", "not_configured"),
        ("ftp://carloop.example", "not_configured"),
        ("javascript:alert(1)", "not_configured"),
        ("", "not_configured"),
    ],
)
def test_unusable_address(typed, code):
    """What must not be used, or could be read in two ways, is refused without being repeated."""
    with pytest.raises(CallFailed) as failed:
        read_address(typed)
    assert failed.value.reason.code == code
    assert "secret" not in repr(failed.value.reason)


def test_session_refuses_what_must_not_be_used():
    """No session is built that could send the token in the clear."""
    with pytest.raises(CallFailed) as failed:
        CarloopSession("http://carloop.example", "token")
    assert failed.value.reason.code == "insecure_address"


def test_origin_of_what_an_answer_names():
    """An origin can be told of any web address, also one that is not used."""
    assert origin_of("http://Evil.example:80/x") == "http://evil.example"
    assert origin_of("mailto:x@y.example") is None

"""TLS: wrong certificates and broken handshakes, after which nothing is sent or tried again; and forks."""

import gc
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from carloop_plugin.api import transport
from carloop_plugin.domain.changes import NothingHappened
from carloop_plugin.domain.failures import CallFailed

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def authority():
    """Return a certificate authority."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority, tmp_path):
    """Return the file that makes the authority trusted."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
def secure(server, documents):
    """Make the server speak TLS with a certificate, and answer with an account."""

    def make(certificate):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.wrap = lambda sock: context.wrap_socket(sock, server_side=True)
        server.does(lambda peer, _: peer.answer(200, documents.account()))
        return server.url.replace("http://127.0.0.1", "https://localhost")

    return make


def failure(session, soon):
    """Return the reason why an account cannot be read."""
    with pytest.raises(CallFailed) as failed:
        session.read_account(deadline=soon(5))
    return failed.value.reason


def test_trusted_certificate_is_accepted(secure, authority, ca_file, make_session, server, soon):
    """With the right authority the token travels encrypted, over one connection for several calls."""
    session = make_session(secure(authority.issue_cert("localhost")), ca_file=ca_file)
    assert session.read_account(deadline=soon(5)).id == "acc-1"
    assert session.read_account(deadline=soon(5)).id == "acc-1"
    assert server.connections == 1


TOMORROW = datetime.now(UTC) + timedelta(days=1)
WRONG = {
    "expired": ({"not_after": YESTERDAY}, "localhost", True, "api.tls_expired"),
    "not yet valid": ({"not_before": TOMORROW}, "localhost", True, "api.tls_not_yet_valid"),
    "for another host": ({}, "carloop.example", True, "api.tls_wrong_host"),
    "of an unknown authority": ({}, "localhost", False, "api.tls_untrusted"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_certificate_is_an_error(
    wrong, secure, authority, ca_file, make_session, documents, server, soon
):
    """Each has a text of its own with the host's name; the server is asked once, and no write is executed."""
    more, name, is_known, text = WRONG[wrong]
    certificate = (authority if is_known else trustme.CA()).issue_cert(name, **more)
    session = make_session(secure(certificate), ca_file=ca_file)
    reason = failure(session, soon)
    assert (reason.code, reason.text, dict(reason.params)) == ("unreachable", text, {"host": "localhost"})
    assert (server.connections, server.seen) == (1, [])
    result = session.send(documents.booking(), deadline=soon(5))
    assert (type(result), result.reason) == (NothingHappened, reason)
    assert (server.connections, server.seen) == (2, [])


@pytest.mark.parametrize(
    ("on_connect", "text"),
    [
        (lambda peer: peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "api.tls_not_spoken"),
        (lambda peer: peer.sock.shutdown(socket.SHUT_RDWR), "api.tls_broken"),
    ],
    ids=["plain HTTP", "closed"],
)
def test_server_without_tls_is_an_error(on_connect, text, server, make_session, soon):
    """One that speaks plain HTTP, or closes within the handshake, is asked once."""
    server.on_connect = on_connect
    session = make_session(server.url.replace("http:", "https:"))
    assert failure(session, soon).text == text
    assert server.connections == 1


def test_unreadable_ca_file_is_told(make_session, tmp_path, soon):
    """A bundle of authorities that is not there is a matter of settings."""
    session = make_session("https://localhost:1", ca_file=str(tmp_path / "none.pem"))
    assert failure(session, soon).code == "not_configured"


def test_a_child_does_not_close_its_parents_connection(
    secure, authority, make_session, ca_file, server, soon, in_child
):
    """Forked after a call, it has a connection of its own, and the parent's goes on."""
    session = make_session(secure(authority.issue_cert("localhost")), ca_file=ca_file)
    session.read_account(deadline=soon(10))

    def read():
        account = session.read_account(deadline=soon(10))
        session.close()
        gc.collect()
        return account.id

    assert in_child(read) == session.read_account(deadline=soon(10)).id
    assert server.connections == 2


@pytest.mark.parametrize(("module", "name"), [(transport, "make_context"), (ssl.SSLSocket, "do_handshake")])
def test_a_fork_waits_for_openssl(
    module, name, secure, authority, make_session, ca_file, soon, in_child, until_forking, monkeypatch
):
    """What a library does under locks that all its users share is over before the process forks."""
    session = make_session(secure(authority.issue_cert("localhost")), ca_file=ca_file)
    works, begun, done = getattr(module, name), threading.Event(), []

    def slow(*arguments):
        if getattr(arguments[0], "server_side", False):
            return works(*arguments)
        begun.set()
        until_forking()
        made = works(*arguments)
        done.append(name)
        return made

    monkeypatch.setattr(module, name, slow)
    thread = threading.Thread(target=session.read_account, kwargs={"deadline": soon(30)})
    thread.start()
    assert begun.wait(10)
    assert in_child(lambda: done) == [name]
    thread.join()

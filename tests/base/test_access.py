"""Accounts, sessions, and what somebody who guesses meets."""

import sqlite3
from contextlib import closing

import pytest

from demo_base.access import (
    FILE_NAME,
    IDLE_SECONDS,
    LONGEST_SECONDS,
    TRIES,
    WAIT_SECONDS,
    Access,
    SignedIn,
    TooManyTries,
    User,
    draw_password,
)

PASSWORD = "open-sesame"


def test_who_signs_in_has_a_session(access):
    """The session says who, in any case of the name, until it is ended."""
    signed_in = access.sign_in("ADMIN", PASSWORD)
    assert isinstance(signed_in, SignedIn)
    assert signed_in.user == access.user_of(signed_in.session) == User("admin", "admin")
    access.sign_out(signed_in.session)
    assert access.user_of(signed_in.session) is None


def test_each_sign_in_draws_a_session_of_its_own(access):
    """Nobody can hand somebody a session in advance."""
    first, second = access.sign_in("admin", PASSWORD), access.sign_in("admin", PASSWORD)
    assert first.session != second.session
    access.sign_out(first.session)
    assert access.user_of(second.session) is not None


@pytest.mark.parametrize(
    ("name", "password"), [("admin", "wrong"), ("nobody", PASSWORD), ("", ""), ("admin", "")]
)
def test_a_wrong_name_or_password_begins_nothing(access, name, password):
    """And does not say which of the two was wrong."""
    assert access.sign_in(name, password) is None


@pytest.mark.parametrize("session", [None, "", "made-up"])
def test_a_session_that_was_never_begun_is_nobodys(access, session):
    """As for who has no cookie."""
    assert access.user_of(session) is None


def test_after_some_tries_one_must_wait(access, clock):
    """The right password does not help either, before the time is over; another name is not concerned."""
    for _ in range(TRIES):
        assert access.sign_in("admin", "wrong") is None
    assert access.sign_in("Admin", PASSWORD) == TooManyTries(WAIT_SECONDS)
    assert isinstance(access.sign_in("advisor", PASSWORD), SignedIn)
    clock.now += WAIT_SECONDS
    assert isinstance(access.sign_in("admin", PASSWORD), SignedIn)


def test_names_that_there_are_not_must_wait_as_well(access):
    """Otherwise one could find out who has an account."""
    for _ in range(TRIES):
        access.sign_in("nobody", "wrong")
    assert access.sign_in("nobody", "wrong") == TooManyTries(WAIT_SECONDS)


def test_a_session_ends_when_nobody_uses_it(access, clock):
    """Used, it goes on; left alone, it ends; at the latest it ends after a week."""
    session = access.sign_in("admin", PASSWORD).session
    clock.now += IDLE_SECONDS - 1
    assert access.user_of(session) is not None
    clock.now += IDLE_SECONDS - 1
    assert access.user_of(session) is not None
    clock.now += IDLE_SECONDS + 1
    assert access.user_of(session) is None

    session, began = access.sign_in("admin", PASSWORD).session, clock.now
    while clock.now + 3600 < began + LONGEST_SECONDS:
        clock.now += 3600
        assert access.user_of(session) is not None
    clock.now += 3600
    assert access.user_of(session) is None


def test_a_new_password_ends_the_sessions(access):
    """Whoever had the old one is out."""
    session = access.sign_in("admin", PASSWORD).session
    access.set_account("admin", role="admin", password="another-one")
    assert access.user_of(session) is None
    assert access.sign_in("admin", PASSWORD) is None
    assert isinstance(access.sign_in("admin", "another-one"), SignedIn)


def test_an_account_that_is_so_already_is_left_alone(access):
    """A program that sets it at each start throws nobody out; another role or password does."""
    session = access.sign_in("admin", PASSWORD).session
    access.ensure_account("admin", role="admin", password=PASSWORD)
    assert access.user_of(session) == User("admin", "admin")
    access.ensure_account("admin", role="advisor", password=PASSWORD)
    assert access.user_of(session) is None
    access.ensure_account("new", role="advisor", password=PASSWORD)
    assert [user.name for user in access.accounts] == ["admin", "advisor", "new"]


def test_sessions_outlive_a_restart(access, tmp_path, clock):
    """They are in the file."""
    session = access.sign_in("admin", PASSWORD).session
    with closing(Access(tmp_path, now=clock)) as again:
        assert again.user_of(session) == User("admin", "admin")


def test_the_file_helps_nobody(access, tmp_path):
    """Neither a password nor a session stands in it, and it is its owner's alone."""
    session = access.sign_in("admin", PASSWORD).session
    content = b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE_NAME}*"))
    assert content
    assert PASSWORD.encode() not in content
    assert session.encode() not in content
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as file:
        assert {row[0][:9] for row in file.execute("SELECT password FROM accounts")} == {"$argon2id"}


def test_nothing_secret_is_in_a_repr(access):
    """What is logged by mistake tells nothing."""
    signed_in = access.sign_in("admin", PASSWORD)
    assert signed_in.session not in repr(signed_in)


def test_passwords_are_long_enough_and_can_be_typed():
    """Four groups of four, no letter that looks like another, never the same."""
    drawn = [draw_password() for _ in range(200)]
    assert len(set(drawn)) == 200
    assert all(len(each) == 19 and each.count("-") == 3 and not set(each) & set("il1o0") for each in drawn)

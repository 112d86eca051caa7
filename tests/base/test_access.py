"""Accounts, sessions, and how many passwords are checked at once."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing

import pytest
from argon2 import PasswordHasher

from web_base.accounts.access import (
    BUSY,
    FILE_NAME,
    IDLE_SECONDS,
    LONGEST_SECONDS,
    Access,
    Changed,
    SignedIn,
    TryLater,
    User,
)
from web_base.accounts.passwords import HASHES_AT_ONCE, MOST_WAITING, draw_password
from web_base.accounts.throttle import TRIES, WAIT_SECONDS

PASSWORD = "open-sesame"


def test_signing_in_begins_a_session(access):
    """The session says who, in any case of the name, until it is ended; each sign-in draws one of its own."""
    first, second = access.sign_in("ADMIN", PASSWORD), access.sign_in("admin", PASSWORD)
    assert isinstance(first, SignedIn)
    assert first.user == access.user_of(first.session) == User("admin", "admin")
    assert first.session not in repr(first)
    access.sign_out(first.session)
    assert access.user_of(first.session) is None
    assert access.user_of(second.session) == User("admin", "admin")
    assert [access.user_of(session) for session in (None, "", "made-up")] == [None] * 3


@pytest.mark.parametrize(
    ("name", "password"), [("admin", "wrong"), ("nobody", PASSWORD), ("", ""), ("admin", "")]
)
def test_a_wrong_name_or_password_begins_nothing(access, name, password):
    """And does not say which of the two was wrong."""
    assert access.sign_in(name, password) is None


@pytest.mark.parametrize("name", ["admin", "nobody"])
def test_after_some_tries_one_must_wait(access, name):
    """Whether there is such an account or not; a success is no try, and tries from elsewhere lock nobody out."""
    for _ in range(TRIES + 1):
        assert isinstance(access.sign_in("admin", PASSWORD, address="203.0.113.7"), SignedIn)
    for _ in range(TRIES):
        assert access.sign_in(name, "wrong", address="203.0.113.7") is None
    assert access.sign_in(name, PASSWORD, address="203.0.113.7") == TryLater(WAIT_SECONDS)
    assert isinstance(access.sign_in("admin", PASSWORD, address="203.0.113.8"), SignedIn)


def test_guesses_at_once_count_as_guesses_one_by_one(access):
    """Whoever guesses in parallel gets no more tries."""
    together = threading.Barrier(20)

    def guess(_):
        together.wait()
        return access.sign_in("admin", "wrong")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(guess, range(20)))
    assert answers.count(None) == TRIES


class Holding(PasswordHasher):
    """Checks passwords when told to, and notes how many at once."""

    def __init__(self):
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.go_on = threading.Event()
        self.lock, self.now, self.most = threading.Lock(), 0, 0

    def verify(self, *args):
        """Check one."""
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        assert self.go_on.wait(30)
        try:
            return super().verify(*args)
        finally:
            with self.lock:
                self.now -= 1


def test_few_passwords_are_checked_at_once(tmp_path, clock):
    """Each takes 64 MiB. Some wait; who comes after them is told so at once, which counts as no failure."""
    hasher, places = Holding(), HASHES_AT_ONCE + MOST_WAITING
    names = [f"nobody-{number}" for number in range(2 * places)]
    with (
        closing(Access(tmp_path, hasher=hasher, now=clock)) as access,
        ThreadPoolExecutor(len(names)) as pool,
    ):
        access.set_account("admin", role="admin", password=PASSWORD)
        answers = as_completed([pool.submit(access.sign_in, name, "wrong") for name in names], timeout=30)
        assert [next(answers).result() for _ in range(places)] == [BUSY] * places
        hasher.go_on.set()
        assert [each.result() for each in answers] == [None] * places
        assert hasher.most == HASHES_AT_ONCE
        assert len(access._throttle._failures) == places + 1  # and the address
        assert isinstance(access.sign_in("admin", PASSWORD), SignedIn)


def test_a_name_that_cannot_sign_in_costs_a_check(access, monkeypatch):
    """Unknown, disabled before or disabled meanwhile: what counts is how the account is when the session begins."""
    checked, fits = [], access._fits

    def check(*args):
        checked.append(args)
        access.disable("advisor")
        return fits(*args)

    monkeypatch.setattr(access, "_fits", check)
    assert [access.sign_in(name, PASSWORD) for name in ("advisor", "advisor", "nobody")] == [None] * 3
    assert len(checked) == 3


def test_a_session_ends_when_nobody_uses_it(access, clock):
    """Used, it goes on; left alone, it ends; at the latest it ends after a week."""
    session = access.sign_in("admin", PASSWORD).session
    for _ in range(2):
        clock.now += IDLE_SECONDS - 1
        assert access.user_of(session) is not None
    clock.now += IDLE_SECONDS + 1
    assert access.user_of(session) is None

    session, ends = access.sign_in("admin", PASSWORD).session, clock.now + LONGEST_SECONDS
    while clock.now + IDLE_SECONDS - 1 < ends:
        clock.now += IDLE_SECONDS - 1
        assert access.user_of(session) is not None
    clock.now = ends
    assert access.user_of(session) is None


def test_a_new_password_ends_the_sessions(access):
    """Whoever had the old one is out."""
    session = access.sign_in("admin", PASSWORD).session
    access.set_account("admin", role="admin", password="another-one")
    assert access.user_of(session) is None
    assert access.sign_in("admin", PASSWORD) is None
    assert isinstance(access.sign_in("admin", "another-one"), SignedIn)


def test_a_disabled_account_is_out_at_once(access):
    """Its sessions end for good; enabled again, it signs in anew. A deleted one does not."""
    session = access.sign_in("advisor", PASSWORD).session
    assert access.disable("ADVISOR") is Changed.DONE
    assert (access.user_of(session), access.sign_in("advisor", PASSWORD)) == (None, None)
    assert User("advisor", "advisor", is_disabled=True) in access.accounts
    assert access.enable("advisor") is Changed.DONE
    assert access.user_of(session) is None
    session = access.sign_in("advisor", PASSWORD).session
    assert access.delete("advisor") is Changed.DONE
    assert (access.user_of(session), [each.name for each in access.accounts]) == (None, ["admin"])
    for change in (access.disable, access.enable, access.delete):
        assert change("advisor") is Changed.NO_ACCOUNT


def test_the_last_active_admin_stays(access):
    """Nobody else could set anything up; one of two may go."""
    assert {access.disable("admin"), access.delete("Admin")} == {Changed.LAST_ADMIN}
    access.set_account("second", role="admin", password=PASSWORD)
    assert access.disable("admin") is Changed.DONE
    assert {access.disable("second"), access.delete("second")} == {Changed.LAST_ADMIN}
    assert access.delete("admin") is Changed.DONE


def test_changing_the_own_password(access):
    """The other sessions end; guessing the old one is slowed as at the sign-in."""
    mine, other = (access.sign_in("advisor", PASSWORD).session for _ in range(2))

    def change(old, address=""):
        return access.change_password("advisor", old, "another-one", session=mine, address=address)

    assert [change("wrong") for _ in range(TRIES)] == [Changed.WRONG_PASSWORD] * TRIES
    assert isinstance(change(PASSWORD), TryLater)
    assert change(PASSWORD, "192.0.2.1") is Changed.DONE
    assert (access.user_of(mine).name, access.user_of(other)) == ("advisor", None)
    assert isinstance(access.sign_in("advisor", "another-one", address="192.0.2.1"), SignedIn)


def test_an_account_that_is_so_already_is_left_alone(access):
    """A program that sets it at each start throws nobody out; another role or password does."""
    session = access.sign_in("admin", PASSWORD).session
    access.ensure_account("admin", role="admin", password=PASSWORD)
    assert access.user_of(session) == User("admin", "admin")
    access.ensure_account("admin", role="advisor", password=PASSWORD)
    assert access.user_of(session) is None
    access.ensure_account("new", role="advisor", password=PASSWORD)
    assert [user.name for user in access.accounts] == ["admin", "advisor", "new"]


def test_the_file(access, tmp_path, clock):
    """Sessions outlive a restart; neither a password nor a session stands in it, and it is its owner's alone."""
    session = access.sign_in("admin", PASSWORD).session
    with closing(Access(tmp_path, now=clock)) as again:
        assert again.user_of(session) == User("admin", "admin")
    content = b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE_NAME}*"))
    assert (PASSWORD.encode() in content, session.encode() in content) == (False, False)
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as file:
        assert {row[0][:9] for row in file.execute("SELECT password FROM accounts")} == {"$argon2id"}


def test_drawn_passwords_can_be_typed():
    """Four groups of four, no letter that looks like another, never the same."""
    drawn = [draw_password() for _ in range(200)]
    assert len(set(drawn)) == 200
    assert all(len(each) == 19 and each.count("-") == 3 and not set(each) & set("il1o0") for each in drawn)

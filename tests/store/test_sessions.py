"""Signing in: sessions that end, attempts that are counted, passwords that are kept as hashes."""

from __future__ import annotations

import datetime

import pytest
from sqlalchemy import text

from gepnet import api, store
from gepnet.store import sessions
from gepnet.store.passwords import fits, hashed
from gepnet.store.tables import AttemptRow, SessionRow
from tests.store.people import CENTRE, PASSWORD, team_of

Kept = store.Store


@pytest.fixture
def ada(sqlite_store: Kept) -> store.Actor:
    team = team_of(sqlite_store)
    store.set_password(sqlite_store, team.root, "ada", PASSWORD)
    return team.ada


def aged(kept: Kept, session: store.SignedIn, **ago: datetime.timedelta) -> None:
    with kept.keep() as open_:
        row = open_.get_one(SessionRow, session.actor.session)
        for name, span in ago.items():
            setattr(row, name, getattr(row, name) - span)


def test_a_session_ends_when_idle_and_after_half_a_day(
    sqlite_store: Kept, ada: store.Actor
) -> None:
    first = store.sign_in(sqlite_store, "ADA", PASSWORD)
    assert first.actor.id == ada.id and first.idle_s <= 900
    assert store.session_of(sqlite_store, first.secret).actor == first.actor
    aged(sqlite_store, first, last_seen=datetime.timedelta(minutes=14))
    assert store.look_at_session(sqlite_store, first.secret).idle_s < 61  # and does not prolong
    assert store.session_of(sqlite_store, first.secret).idle_s > 890
    aged(sqlite_store, first, last_seen=datetime.timedelta(minutes=16))
    with pytest.raises(store.NotSignedIn):
        store.session_of(sqlite_store, first.secret)

    second = store.sign_in(sqlite_store, "ada", PASSWORD)
    aged(sqlite_store, second, created=datetime.timedelta(hours=11, minutes=59))
    assert store.session_of(sqlite_store, second.secret).idle_s <= 60
    aged(sqlite_store, second, created=datetime.timedelta(minutes=2))
    with pytest.raises(store.NotSignedIn):
        store.session_of(sqlite_store, second.secret)


def test_who_is_signed_out_disabled_or_has_a_new_password_is_out(
    sqlite_store: Kept, ada: store.Actor
) -> None:
    root = store.operator("root")
    first = store.sign_in(sqlite_store, "ada", PASSWORD)
    store.sign_out(sqlite_store, first.secret)
    store.sign_out(sqlite_store, first.secret)
    second = store.sign_in(sqlite_store, "ada", PASSWORD)
    store.set_password(sqlite_store, ada, "ada", f"another {PASSWORD}")
    third = store.sign_in(sqlite_store, "ada", f"another {PASSWORD}")
    store.change_user(sqlite_store, root, "ada", disabled=True)
    for session in (first, second, third):
        with pytest.raises(store.NotSignedIn):
            store.session_of(sqlite_store, session.secret)
    with pytest.raises(store.NotSignedIn):
        store.sign_in(sqlite_store, "ada", f"another {PASSWORD}")
    with pytest.raises(store.NotFound):
        store.set_password(sqlite_store, ada, "ben", PASSWORD)


def test_after_some_failures_nobody_gets_in_until_time_has_passed(
    sqlite_store: Kept, ada: store.Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "fits", lambda given, kept: given == PASSWORD)
    for _ in range(sessions.BY_NAME):
        with pytest.raises(store.NotSignedIn) as caught:
            store.sign_in(sqlite_store, "ada", "wrong", "10.0.0.1")
        assert not isinstance(caught.value, store.TooManyAttempts)
    with pytest.raises(store.TooManyAttempts) as refused:
        store.sign_in(sqlite_store, "ada", PASSWORD, "10.0.0.2")
    assert 880 <= refused.value.wait_s <= 901
    store.sign_in_by_provider(sqlite_store, "test ben")  # others are not kept out
    with sqlite_store.keep() as open_:
        for row in open_.query(AttemptRow):
            row.at -= datetime.timedelta(minutes=16)
    assert store.sign_in(sqlite_store, "ada", PASSWORD, "10.0.0.2").actor.id == ada.id
    # Trying many names from one address is limited as well.
    for number in range(sessions.BY_ADDRESS):
        with pytest.raises(store.NotSignedIn):
            store.sign_in(sqlite_store, f"nobody-{number}", "wrong", "10.0.0.3")
    with pytest.raises(store.TooManyAttempts):
        store.sign_in(sqlite_store, "nobody", "wrong", "10.0.0.3")


def test_no_secret_is_in_the_store(sqlite_store: Kept, ada: store.Actor) -> None:
    session = store.sign_in(sqlite_store, "ada", PASSWORD, "10.9.8.7")
    with pytest.raises(store.NotSignedIn):
        store.sign_in(sqlite_store, "my secret password", "x", "10.9.8.7")
    with sqlite_store.engine.connect() as connection:
        told = [
            str(value)
            for table in ("users", "sessions", "attempts", "audit")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
            for value in row
        ]
    for secret in (PASSWORD, session.secret, "my secret password", "10.9.8.7"):
        assert not any(secret in value for value in told)


def test_what_a_password_has_to_be() -> None:
    for given in ("short", "aaaaaaaaaaaaaaaa", "x" * 257, "Dr Ada North"):
        with pytest.raises(api.InputError):
            hashed(given, "ada", "dr ada north")
    kept = hashed("caf\u00e9 au lait ce soir")
    assert fits("cafe\u0301 au lait ce soir", kept)  # typed on another keyboard
    assert not fits("cafe au lait ce soir", kept)
    assert not fits("anything at all", None) and not fits("x", "no hash")


def test_every_fault_of_an_account_is_told_at_once(sqlite_store: Kept) -> None:
    root = store.operator("root")
    with pytest.raises(api.InputError) as caught:
        store.add_user(sqlite_store, root, "a b", "", ["clinican"], [], None)
    told = str(caught.value)
    assert "did you mean 'clinician'" in told
    for field in ("name", "printed_name", "roles", "centres", "password"):
        assert f"field {field}" in told
    with pytest.raises(api.InputError, match="a name that nobody has yet"):
        store.add_user(sqlite_store, root, "Ada", "X", ["clinician"], [CENTRE], PASSWORD)

"""Signing in and staying so: sessions live in the store, the browser holds a secret only.

A session ends when nothing was asked for a quarter of an hour, and after twelve hours in any case.
Failed attempts are counted in the store, by name and by address, so that several servers share the
limit.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gepnet.store.errors import NotProved, NotSignedIn, TooManyAttempts
from gepnet.store.passwords import fits
from gepnet.store.policy import Actor
from gepnet.store.tables import AttemptRow, SessionRow, UserRow, now
from gepnet.store.trail import Entry, append
from gepnet.store.work import Store

IDLE = datetime.timedelta(minutes=15)
ABSOLUTE = datetime.timedelta(hours=12)
#: A proof of who somebody is, by the password again, counts for this long.
PROOF = datetime.timedelta(minutes=2)
#: How often the time of the last request is written.
SEEN_EVERY = datetime.timedelta(seconds=30)
#: Failed attempts within the window that a name, and an address, may make.
WINDOW = datetime.timedelta(minutes=15)
BY_NAME, BY_ADDRESS = 5, 30
_NOBODY = Actor("nobody", "nobody", frozenset())


@dataclass(frozen=True)
class SignedIn:
    """A session that holds.

    Attributes:
        actor: who it is.
        secret: what the browser has to show; only where the session begins, empty afterwards.
        form_secret: what each form has to hold, against requests from other sites.
        idle_s: seconds until it ends if nothing is asked.
        ends: when it ends in any case.
        proved: when the person last gave the password, or signed in at the provider.
        has_password: whether the account has one; without, the provider asks again.
    """

    actor: Actor
    secret: str
    form_secret: str
    idle_s: int
    ends: datetime.datetime
    proved: datetime.datetime
    has_password: bool = True


def sign_in(store: Store, name: str, password: str, address: str = "") -> SignedIn:
    """Begin a session by name and password.

    Args:
        store: the store.
        name: of the account.
        password: as typed.
        address: where the request came from.

    Raises:
        TooManyAttempts: if too many attempts failed for this name or from this address.
        NotSignedIn: if they do not fit; without saying which.
    """
    login = name.strip().casefold()
    keys = _keys(login, address)
    attempt = _attempt(store, keys)
    with Session(store.engine) as session:
        user = session.scalar(select(UserRow).where(UserRow.name == login))
    right = fits(password, user.password if user else None)
    if user is None or not right or user.disabled:
        _failed(store, user)
        raise NotSignedIn("sign-in", "", "the name and password of an account")
    return _begin(store, user, keys[0], attempt)


def sign_in_by_provider(store: Store, subject: str) -> SignedIn:
    """Begin a session of somebody whom an OpenID provider vouched for, as ``issuer subject``.

    Raises:
        NotSignedIn: if no account is of that subject.
    """
    with Session(store.engine) as session:
        user = session.scalar(select(UserRow).where(UserRow.subject == subject))
    if user is None or user.disabled:
        with store.keep() as session:
            append(session.connection(), _NOBODY, [Entry("sign-in failed", "provider")])
        raise NotSignedIn("sign-in", "", "an account for this person; ask who keeps the accounts")
    return _begin(store, user)


def session_of(store: Store, secret: str) -> SignedIn:
    """Return the session of a secret, and count the request as activity.

    Raises:
        NotSignedIn: if there is none, or it ran out.
    """
    moment = now()
    with Session(store.engine, expire_on_commit=False) as session:
        row, user = _find(session, secret)
    if moment - row.last_seen > SEEN_EVERY:
        with store.keep() as session:
            again = session.get(SessionRow, row.id)
            if again is not None:
                again.last_seen = row.last_seen = moment
    return _signed(row, user)


def look_at_session(store: Store, secret: str) -> SignedIn:
    """Return the session of a secret without counting as activity: what a page asks by itself.

    Raises:
        NotSignedIn: if there is none, or it ran out.
    """
    with Session(store.engine, expire_on_commit=False) as session:
        return _signed(*_find(session, secret))


def prove(store: Store, secret: str, password: str, address: str = "") -> SignedIn:
    """Note that somebody signed in gave the password again, as signing needs.

    Raises:
        TooManyAttempts: if too many attempts failed.
        NotSignedIn: if the session ran out.
        NotProved: if the password is wrong.
    """
    with Session(store.engine, expire_on_commit=False) as session:
        row, user = _find(session, secret)
    keys = _keys(user.name, address)
    attempt = _attempt(store, keys)
    if not fits(password, user.password):
        _failed(store, user)
        raise NotProved("password", "", "the password with which you sign in")
    return _proved(store, row, user, keys[0], attempt)


def prove_by_provider(store: Store, secret: str, subject: str) -> SignedIn:
    """Note that the provider asked somebody signed in again who they are.

    Raises:
        NotSignedIn: if the session ran out.
        NotProved: if it was somebody else.
    """
    with Session(store.engine, expire_on_commit=False) as session:
        row, user = _find(session, secret)
    if not user.subject or user.subject != subject:
        raise NotProved("sign-in", "", "the person who is signed in")
    return _proved(store, row, user)


def check_proof(found: SignedIn) -> None:
    """Refuse to sign where the password was not given just now.

    Raises:
        NotProved: saying so.
    """
    if now() - found.proved > PROOF:
        raise NotProved("password", "", "your password again: what you sign is yours")


def sign_out(store: Store, secret: str) -> None:
    """End a session; one that does not hold is no error."""
    with store.keep() as session:
        row = session.scalar(select(SessionRow).where(SessionRow.secret_hash == _hash(secret)))
        if row is None or row.ended:
            return
        row.ended = True
        user = session.get_one(UserRow, row.user_id)
        append(session.connection(), _actor(user, row), [Entry("sign-out", f"users:{user.id}")])


def _begin(store: Store, user: UserRow, key: str = "", attempt: tuple[str, ...] = ()) -> SignedIn:
    secret = secrets.token_urlsafe(32)
    row = SessionRow(
        secret_hash=_hash(secret), form_secret=secrets.token_urlsafe(32), user_id=user.id
    )
    with store.keep() as session:
        session.execute(delete(SessionRow).where(SessionRow.created < now() - 2 * ABSOLUTE))
        session.execute(delete(AttemptRow).where(AttemptRow.at < now() - 2 * WINDOW))
        _forgive(session, key, attempt)
        session.add(row)
        session.flush()
        append(session.connection(), _actor(user, row), [Entry("sign-in", f"users:{user.id}")])
    return _signed(row, user, secret)


def _proved(
    store: Store, row: SessionRow, user: UserRow, key: str = "", attempt: tuple[str, ...] = ()
) -> SignedIn:
    with store.keep() as session:
        _forgive(session, key, attempt)
        kept = session.get_one(SessionRow, row.id)
        kept.proved = kept.last_seen = row.proved = row.last_seen = now()
        append(session.connection(), _actor(user, row), [Entry("proof", f"users:{user.id}")])
    return _signed(row, user)


def _find(session: Session, secret: str) -> tuple[SessionRow, UserRow]:
    found = session.execute(
        select(SessionRow, UserRow)
        .join(UserRow, UserRow.id == SessionRow.user_id)
        .where(SessionRow.secret_hash == _hash(secret))
    ).one_or_none()
    moment = now()
    row, user = (None, None) if found is None else found
    if (
        row is None
        or user is None
        or user.disabled
        or row.ended
        or moment - row.last_seen > IDLE
        or moment - row.created > ABSOLUTE
    ):
        raise NotSignedIn("session", "", "signing in again: the session has ended")
    return row, user


def _signed(row: SessionRow, user: UserRow, secret: str = "") -> SignedIn:
    ends = row.created + ABSOLUTE
    idle = min(row.last_seen + IDLE, ends) - now()
    return SignedIn(
        _actor(user, row),
        secret,
        row.form_secret,
        max(0, int(idle.total_seconds())),
        ends,
        row.proved,
        user.password is not None,
    )


def _actor(user: UserRow, row: SessionRow) -> Actor:
    return Actor(
        user.id,
        user.printed_name,
        frozenset(user.roles),
        user.discipline,
        frozenset(user.centres),
        row.id,
    )


def _keys(login: str, address: str) -> tuple[str, ...]:
    """Return what attempts are counted by: the name, then the address."""
    return (_hash(f"name {login}"), *((_hash(f"address {address}"),) if address else ()))


def _attempt(store: Store, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Count an attempt before it is looked at, so that many at once do not slip through."""
    since = now() - WINDOW
    with store.keep() as session:
        for key, limit in zip(keys, (BY_NAME, BY_ADDRESS), strict=False):
            recent = select(AttemptRow.at).where(AttemptRow.key == key, AttemptRow.at > since)
            latest = session.scalars(recent.order_by(AttemptRow.at.desc()).limit(limit)).all()
            if len(latest) >= limit:
                raise TooManyAttempts(1 + int((latest[-1] + WINDOW - now()).total_seconds()))
        rows = [AttemptRow(key=key) for key in keys]
        session.add_all(rows)
        session.flush()
        return tuple(row.id for row in rows)


def _forgive(session: Session, key: str, attempt: tuple[str, ...]) -> None:
    """Forget the failures of a name that got it right, and the attempt that was none."""
    session.execute(delete(AttemptRow).where(AttemptRow.key == key))
    session.execute(delete(AttemptRow).where(AttemptRow.id.in_(attempt)))


def _failed(store: Store, user: UserRow | None) -> None:
    with store.keep() as session:
        # A name that is none may be a password typed in the wrong field: it is not kept.
        about = f"users:{user.id}" if user else "users"
        append(session.connection(), _NOBODY, [Entry("sign-in failed", about)])


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

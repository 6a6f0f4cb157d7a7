"""Signing in at a hospital's OpenID provider: code flow with PKCE, and what its token has to say.

Nothing is kept on the server between leaving and coming back: state, nonce and verifier stand in a
signed cookie of ten minutes, so that several servers with one secret can share the work.
"""

from __future__ import annotations

import hmac
import secrets
import time
import warnings
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from gepnet.board.settings import Settings

#: Seconds that somebody has to sign in there; seconds that what a provider says of itself is kept.
PATIENCE_S, KEPT_S = 600, 3600
TIMEOUT_S = 10.0
#: Signatures that are taken: with a key that only the provider has.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
#: A clock of another machine may be wrong by this many seconds.
LEEWAY_S = 60


class ProviderFault(Exception):
    """The provider did not say who it is; ``reason`` is for who keeps the server."""

    def __init__(self, reason: str, status: int = 400) -> None:
        """Keep the reason, and the status of the page that tells of it."""
        super().__init__(reason)
        self.reason, self.status = reason, status


@dataclass(frozen=True)
class Vouched:
    """Whom a provider vouched for: ``subject`` as ``issuer subject``, and what it tells of them.

    ``again`` is the page from which somebody signed in was asked again who they are; else empty.
    """

    subject: str
    claims: dict[str, Any]
    again: str = ""


@dataclass
class Provider:
    """An OpenID provider that the settings name."""

    settings: Settings
    _said: dict[str, Any] = field(default_factory=dict)
    _read: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def leave(self, back: str, again: str = "") -> tuple[str, str]:
        """Return the address at the provider, and what the browser brings back with it.

        Args:
            back: address of this server that the provider sends the browser to.
            again: page of somebody signed in who is to be asked again who they are, for signing.

        Raises:
            ProviderFault: if the provider does not answer.
        """
        about, _ = self._about()
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        verifier = secrets.token_urlsafe(48)
        anew = {"prompt": "login", "max_age": 0} if again else {}
        with self._client(back) as client:
            address, _ = client.create_authorization_url(
                about["authorization_endpoint"], state, code_verifier=verifier, nonce=nonce, **anew
            )
        begun = int(time.time())
        claims = {"state": state, "nonce": nonce, "verifier": verifier, "exp": begun + PATIENCE_S}
        claims |= {"again": again, "begun": begun}
        return str(address), jwt.encode({"alg": "HS256"}, claims, self._key())

    def come_back(self, kept: str, given: dict[str, str], back: str) -> Vouched:
        """Return whom the provider vouched for.

        Args:
            kept: what ``leave`` gave to the browser.
            given: what the provider sent along: state and code, or an error.
            back: as for ``leave``.

        Raises:
            ProviderFault: with what does not fit; nobody is signed in then.
        """
        try:
            mine = jwt.decode(kept, self._key(), algorithms=["HS256"]).claims
            jwt.JWTClaimsRegistry(exp={"essential": True}).validate(mine)
        except (JoseError, ValueError) as fault:
            raise ProviderFault("it was not begun in this browser, or too long ago") from fault
        if not hmac.compare_digest(mine["state"].encode(), given.get("state", "").encode()):
            raise ProviderFault("the answer belongs to another attempt")
        if error := given.get("error"):
            raise ProviderFault(f"the provider said {error[:100]!r}", 403)
        if not given.get("code"):
            raise ProviderFault("the provider sent no code")
        about, keys = self._about()
        token = self._token(about, given["code"], mine["verifier"], back)
        claims = self._claims(token, keys, mine["nonce"])
        again = str(mine.get("again") or "")
        if again:
            asked_at = claims.get("auth_time")
            if not isinstance(asked_at, int) or asked_at < int(mine["begun"]) - LEEWAY_S:
                raise ProviderFault("it did not ask again who this is")
        return Vouched(f"{self.settings.oidc} {claims['sub']}", claims, again)

    def _token(self, about: dict[str, Any], code: str, verifier: str, back: str) -> str:
        from authlib.common import errors  # type: ignore[import-untyped]

        try:
            with self._client(back) as client:
                found = client.fetch_token(
                    about["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                )
            return str(found["id_token"])
        except (httpx.HTTPError, errors.AuthlibBaseError, ValueError, KeyError, TypeError) as fault:
            raise ProviderFault(f"no token was given ({type(fault).__name__})") from fault

    def _claims(self, token: str, keys: KeySet, nonce: str) -> dict[str, Any]:
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": str(self.settings.oidc)},
            aud={"essential": True, "value": str(self.settings.oidc_client)},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            try:
                claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            except (JoseError, ValueError):  # keys change: read them once more
                claims = jwt.decode(token, self._about(anew=True)[1], algorithms=ALGORITHMS).claims
            rules.validate(claims)
        except (JoseError, ValueError) as fault:
            raise ProviderFault(f"its token does not hold ({type(fault).__name__})") from fault
        subject, party = claims["sub"], claims.get("azp")
        if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
            raise ProviderFault("its token names nobody")
        if party is not None and party != self.settings.oidc_client:
            raise ProviderFault("its token was made for another application")
        return dict(claims)

    def _about(self, anew: bool = False) -> tuple[dict[str, Any], KeySet]:
        """Return what the provider says of itself, and its keys."""
        with self._lock:
            if anew or not self._said or time.monotonic() - self._read > KEPT_S:
                self._said = self._ask()
                self._read = time.monotonic()
            return self._said["about"], self._said["keys"]

    def _ask(self) -> dict[str, Any]:
        issuer = str(self.settings.oidc)
        place = issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            with httpx.Client(timeout=TIMEOUT_S) as client:
                about = client.get(place).raise_for_status().json()
                if about["issuer"] != issuer:
                    raise ProviderFault("it names itself otherwise than GEPNET_BOARD_OIDC")
                needed = ("authorization_endpoint", "token_endpoint")
                if not all(isinstance(about[name], str) for name in needed):
                    raise ProviderFault("it names no place to sign in at")
                found = client.get(about["jwks_uri"]).raise_for_status().json()
            return {"about": about, "keys": KeySet.import_key_set(found)}
        except (httpx.HTTPError, httpx.InvalidURL, JoseError) as fault:
            raise ProviderFault(f"it does not answer ({type(fault).__name__})", 502) from fault
        except (ValueError, KeyError, TypeError) as fault:
            raise ProviderFault("what it says of itself cannot be read") from fault

    def _client(self, back: str) -> Any:
        with warnings.catch_warnings():  # Authlib would have a client that is not locked here
            warnings.simplefilter("ignore")
            from authlib.integrations import httpx_client  # type: ignore[import-untyped]
        return httpx_client.OAuth2Client(
            self.settings.oidc_client,
            self.settings.oidc_secret,
            token_endpoint_auth_method="client_secret_basic",
            scope="openid profile email",
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
        )

    def _key(self) -> OctKey:
        return OctKey.import_key(self.settings.secret)

"""How the board is run: where it listens, what it keeps and for how long."""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gepnet.api import InputError, Problem, Question, policy, refuse

#: The shortest secret that is taken for one, in characters, and how many of them have to differ.
SECRET_LENGTH, SECRET_VARIETY = 32, 12
WHERE = "settings of the board"


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Settings:
    """Settings of one server.

    Attributes:
        host: address to listen on.
        port: port to listen on.
        demo: published cases in a throw-away store, with a printed password.
        store: address of the store; None is what GEPNET_STORE says, else a file of the user.
        secret: signs the tokens of forms; by default new with every start, so that forms that were
            open before have to be loaded again.
        certificate: of TLS, with ``key``; None leaves TLS to a proxy, or to loopback.
        key: private key of the certificate.
        behind_tls: a proxy in front of the server speaks TLS with the browsers.
        names: host names under which browsers may call the server.
        body_limit: most bytes of a request.
        question: the knowledge, its date and the region.
        registry: folder or URL of a registry that analysts and chairs may ask.
        registry_results: folder for what is worked out of it; None is one of the user's cache.
        oidc: issuer of a hospital's sign-in, with ``oidc_client`` and ``oidc_secret``.
        oidc_client: id of the board at that issuer.
        oidc_secret: its secret there.
        oidc_roles: of an account that is made for whoever signs in there first; without any, no
            account is made by itself.
        oidc_centres: of such an account.
    """

    host: str = "127.0.0.1"
    port: int = 8711
    demo: bool = False
    store: str | None = None
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    certificate: Path | None = None
    key: Path | None = None
    behind_tls: bool = False
    names: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    body_limit: int = 2_000_000
    question: Question = field(default_factory=Question)
    registry: str | None = None
    registry_results: Path | None = None
    oidc: str | None = None
    oidc_client: str | None = None
    oidc_secret: str | None = field(default=None, repr=False)
    oidc_roles: tuple[str, ...] = ()
    oidc_centres: tuple[str, ...] = ()

    @property
    def secure(self) -> bool:
        """Whether browsers reach the server by TLS."""
        return self.certificate is not None or self.behind_tls

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] | None = None, **given: object) -> Settings:
        """Return the settings of the environment (``GEPNET_BOARD_...``), with those given.

        Raises:
            InputError: with everything that forbids to listen so.
        """
        found = os.environ if environ is None else environ
        said: dict[str, object] = {}
        for name in ("secret", "registry", "oidc", "oidc_client", "oidc_secret"):
            if value := found.get(f"GEPNET_BOARD_{name.upper()}"):
                said[name] = value
        for name in ("certificate", "key", "registry_results"):
            if value := found.get(f"GEPNET_BOARD_{name.upper()}"):
                said[name] = Path(value)
        if value := found.get("GEPNET_BOARD_BEHIND_TLS"):
            if value.casefold() not in ("yes", "no"):
                raise refuse("GEPNET_BOARD_BEHIND_TLS", repr(value), "yes or no", ("yes", "no"))
            said["behind_tls"] = value.casefold() == "yes"
        if value := found.get("GEPNET_BOARD_NAMES"):
            said["names"] = (*cls.names, *(one.strip() for one in value.split(",") if one.strip()))
        for name in ("oidc_roles", "oidc_centres"):
            if value := found.get(f"GEPNET_BOARD_{name.upper()}"):
                said[name] = tuple(one.strip() for one in value.split(",") if one.strip())
        said |= {name: value for name, value in given.items() if value is not None}
        settings = cls(**said)  # type: ignore[arg-type]  # each is read as its field has it
        settings.check("secret" in said)
        return settings

    def check(self, has_secret: bool) -> None:
        """Refuse to listen where others would read along or could forge a form.

        Raises:
            InputError: with every fault.
        """
        problems = []

        def fault(name: str, value: object, expected: str) -> None:
            problems.append(Problem(WHERE, None, "", name, str(value), expected))

        if not 0 <= self.port <= 65535:
            fault("port", self.port, "a port from 1 to 65535, or 0 for any that is free")
        if (self.certificate is None) != (self.key is None):
            fault("GEPNET_BOARD_KEY", self.key, "the certificate and its key, both or none")
        for name in ("certificate", "key"):
            path = getattr(self, name)
            if path is not None and not path.is_file():
                fault(f"GEPNET_BOARD_{name.upper()}", path, "a file that is there")
        if has_secret and not good_secret(self.secret):
            fault(
                "GEPNET_BOARD_SECRET",
                f"{len(self.secret)} characters",
                f"at least {SECRET_LENGTH} characters that nobody can guess, such as "
                "`python -c 'import secrets; print(secrets.token_urlsafe(48))'` prints",
            )
        self._check_provider(fault)
        if not is_loopback(self.host):
            if self.demo:
                fault("host", self.host, "127.0.0.1: the demo is for this machine only")
            if not self.secure:
                fault(
                    "host",
                    self.host,
                    "127.0.0.1, or TLS: GEPNET_BOARD_CERTIFICATE and GEPNET_BOARD_KEY, or "
                    "GEPNET_BOARD_BEHIND_TLS=yes behind a proxy that speaks it",
                )
            if not has_secret:
                fault("GEPNET_BOARD_SECRET", "", "a secret, to listen for other machines")
            if set(self.names) == set(Settings.names):
                fault("GEPNET_BOARD_NAMES", "", "the names by which browsers call the server")
        if problems:
            raise InputError(problems)

    def _check_provider(self, fault: Callable[[str, object, str], None]) -> None:
        if self.oidc is None:
            for name in ("oidc_client", "oidc_secret", "oidc_roles", "oidc_centres"):
                if getattr(self, name):
                    fault("GEPNET_BOARD_OIDC", "", f"the issuer that {name} is for")
            return
        place = urlsplit(self.oidc)
        if place.scheme != "https" and not (
            place.scheme == "http" and is_loopback(place.hostname or "")
        ):
            fault("GEPNET_BOARD_OIDC", self.oidc, "the issuer, an address with https://")
        if not self.oidc_client:
            fault("GEPNET_BOARD_OIDC_CLIENT", "", "the id of the board at the issuer")
        if not self.oidc_secret:
            fault("GEPNET_BOARD_OIDC_SECRET", "", "the secret of the board at the issuer")
        if bool(self.oidc_roles) != bool(self.oidc_centres):
            told = "roles and centres of the accounts that are made, both or none"
            fault("GEPNET_BOARD_OIDC_ROLES", ", ".join(self.oidc_roles), told)
        known = [name for name in policy().roles if name != "operator"]
        for one in self.oidc_roles:
            if one not in known:
                fault("GEPNET_BOARD_OIDC_ROLES", one, f"roles of {', '.join(known)}")


def good_secret(secret: str) -> bool:
    """Whether a secret is long and varied enough to be one."""
    return len(secret) >= SECRET_LENGTH and len(set(secret)) >= SECRET_VARIETY

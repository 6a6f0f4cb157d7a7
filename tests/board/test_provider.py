"""Signing in at a hospital's provider: a real one, run here, and everything that may not fit."""

from __future__ import annotations

import datetime
import re
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from gepnet import api
from gepnet.board import Settings, create_app
from gepnet.board.provider import Provider
from gepnet.board.screens.provider import COOKIE
from gepnet.store.tables import SessionRow
from tests.board.conftest import ADDRESS, CENTRE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the provider's own libraries
    import oidc_provider_mock

#: The provider warns of what it uses itself, in its own thread.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
CLIENT = {"oidc_client": "board", "oidc_secret": "known to both"}
Issuer = str


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """A provider on this machine."""
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, issuer: Issuer) -> Iterator[api.Store]:
    """A store in which one person is known to the provider, and one who has left."""
    address = str(tmp_path_factory.mktemp("provider") / "board.sqlite")
    api.upgrade_store(address)
    made = api.open_store(address)
    root = api.operator("root")
    for name in ("ada", "left"):
        subject = f"{issuer} {name}-there"
        api.add_user(made, root, name, name.title(), ["clinician"], [CENTRE], subject=subject)
    api.change_user(made, root, "left", disabled=True)
    yield made
    made.close()


def browser(store: api.Store, issuer: Issuer, **given: Any) -> TestClient:
    app = create_app(Settings(oidc=issuer, **{**CLIENT, **given}), store)
    return TestClient(app, base_url=ADDRESS, follow_redirects=False)


def at_the_provider(client: TestClient, who: str) -> str:
    """Leave, sign in there, and return the address that the provider sends the browser back to."""
    left = client.get("/login/provider")
    assert left.status_code == 303, left.text
    there = left.headers["location"]
    asked = parse_qs(urlsplit(there).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["nonce"] and asked["state"]
    answer = httpx.post(there, data={"sub": who}, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def test_a_person_of_the_hospital_signs_in_without_a_password(
    store: api.Store, issuer: Issuer
) -> None:
    client = browser(store, issuer)
    assert 'href="/login/provider"' in client.get("/login").text
    assert "Accedi con l" in client.get("/login?lang=it").text
    answer = client.get(at_the_provider(client, "ada-there"))
    assert answer.status_code == 303 and answer.headers["location"] == "/worklist"
    assert "Ada" in client.get("/account").text
    assert COOKIE not in client.cookies


@pytest.mark.parametrize("who", ["ada", "left-there", "nobody-there"])
def test_nobody_gets_in_by_a_name_that_looks_right(
    store: api.Store, issuer: Issuer, who: str
) -> None:
    client = browser(store, issuer)
    answer = client.get(at_the_provider(client, who))
    assert answer.status_code == 403 and "who keeps the accounts" in answer.text
    assert client.get("/account").status_code == 303


def test_an_account_is_made_only_where_the_settings_say_so(
    store: api.Store, issuer: Issuer
) -> None:
    given = {"oidc_roles": ("clinician",), "oidc_centres": (CENTRE,)}
    client = browser(store, issuer, **given)
    for _ in range(2):
        assert client.get(at_the_provider(client, "new-there")).status_code == 303
        client.cookies.delete("gepnet")
    found = [u for u in api.list_users(store, api.operator("root")) if u.name == "new-there"]
    assert [one.roles for one in found] == [("clinician",)] and not found[0].has_password
    # Who has left is not let in by another account, and nobody takes the name of somebody else.
    for who in ("left-there", "ada"):
        answer = client.get(at_the_provider(client, who))
        assert answer.status_code == 403 and "No account could be made" in answer.text


def test_an_answer_of_another_attempt_is_refused(store: api.Store, issuer: Issuer) -> None:
    client, other = browser(store, issuer), browser(store, issuer)
    back = at_the_provider(client, "ada-there")
    assert other.get(back).status_code == 400  # not begun in this browser
    at_the_provider(other, "ada-there")
    assert other.get(back).status_code == 400  # another state
    tampered = re.sub("code=[^&]+", "code=guessed", back)
    assert client.get(tampered).status_code == 400
    assert client.get(back).status_code == 400  # one attempt, one answer
    for one in (client, other):
        assert one.get("/account").status_code == 303


def test_a_token_for_another_application_or_attempt_does_not_hold(
    store: api.Store, issuer: Issuer
) -> None:
    from gepnet.board.provider import Provider, ProviderFault

    back = f"{ADDRESS}/login/provider/back"
    mine = Provider(Settings(oidc=issuer, **CLIENT))
    address, _ = mine.leave(back)
    sent = httpx.post(address, data={"sub": "ada-there"}).headers["location"]
    code = parse_qs(urlsplit(sent).query)["code"][0]
    about, keys = mine._about()
    token = mine._token(about, code, "a verifier" * 6, back)
    nonce = parse_qs(urlsplit(address).query)["nonce"][0]
    assert mine._claims(token, keys, nonce)["sub"] == "ada-there"
    with pytest.raises(ProviderFault, match="does not hold"):
        mine._claims(token, keys, "another")
    other = Provider(Settings(oidc=issuer, oidc_client="other", oidc_secret="x"))
    head, body, signature = token.split(".")
    forged = ".".join((head, body, signature[:-6] + "AAAAAA"))
    for provider, given in ((other, token), (mine, forged), (mine, f"{head}.{body}.")):
        with pytest.raises(ProviderFault, match="does not hold"):
            provider._claims(given, keys, nonce)


def test_breaking_off_and_a_provider_that_is_away_are_told(
    store: api.Store, issuer: Issuer
) -> None:
    client = browser(store, issuer)
    left = client.get("/login/provider").headers["location"]
    state = parse_qs(urlsplit(left).query)["state"][0]
    answer = client.get(f"/login/provider/back?error=access_denied&state={state}")
    assert answer.status_code == 403 and "broken off" in answer.text
    away = browser(store, "http://127.0.0.1:9").get("/login/provider")
    assert away.status_code == 502 and "did not work" in away.text
    plain = TestClient(create_app(Settings(), store), base_url=ADDRESS)
    assert plain.get("/login/provider").status_code == 404
    assert "/login/provider" not in plain.get("/login").text


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"OIDC": "http://id.example", "OIDC_CLIENT": "b", "OIDC_SECRET": "s"}, "https://"),
        ({"OIDC": "https://id.example", "OIDC_SECRET": "s"}, "OIDC_CLIENT"),
        ({"OIDC": "https://id.example", "OIDC_CLIENT": "b"}, "OIDC_SECRET"),
        ({"OIDC_CLIENT": "b"}, "the issuer"),
        ({"OIDC": "https://id.example", "OIDC_CLIENT": "b", "OIDC_SECRET": "s",
          "OIDC_ROLES": "clinician"}, "both or none"),
        ({"OIDC": "https://id.example", "OIDC_CLIENT": "b", "OIDC_SECRET": "s",
          "OIDC_ROLES": "operator", "OIDC_CENTRES": "North"}, "roles of"),
    ],
)  # fmt: skip
def test_settings_that_would_not_work_are_refused(environ: dict[str, str], told: str) -> None:
    given = {f"GEPNET_BOARD_{name}": value for name, value in environ.items()}
    with pytest.raises(api.InputError, match=told):
        Settings.of_environment(given)


def test_signing_asks_again_at_the_provider_who_has_no_password_here(
    store: api.Store, issuer: Issuer
) -> None:
    client = browser(store, issuer)
    client.get(at_the_provider(client, "ada-there"))
    page = "/item/abc123/cards?step=outcome"
    left = client.get("/login/provider", params={"again": page})
    there = left.headers["location"]
    asked = parse_qs(urlsplit(there).query)
    assert asked["prompt"] == ["login"] and asked["max_age"] == ["0"]
    with store.keep() as open_:
        row = open_.scalars(select(SessionRow).order_by(SessionRow.created.desc())).first()
        assert row is not None
        row.proved = long_ago = row.proved - datetime.timedelta(hours=1)
        name = row.id
    answer = httpx.post(there, data={"sub": "ada-there"}, follow_redirects=False)
    back = client.get(answer.headers["location"])
    assert back.status_code == 303 and back.headers["location"] == page
    with store.keep() as open_:
        assert open_.get_one(SessionRow, name).proved > long_ago
    # Somebody else at the provider proves nothing, and no other page is come back to.
    there = client.get("/login/provider", params={"again": page}).headers["location"]
    answer = httpx.post(there, data={"sub": "left-there"}, follow_redirects=False)
    assert client.get(answer.headers["location"]).status_code == 403
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example", "/account"):
        found = client.get("/login/provider", params={"again": elsewhere})
        assert found.status_code == 422


def test_a_provider_that_did_not_ask_again_proves_nothing(
    store: api.Store, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(store, issuer)
    client.get(at_the_provider(client, "ada-there"))
    for told in (None, 1, "now"):
        left = client.get("/login/provider", params={"again": "/case/abc/course"})
        answer = httpx.post(left.headers["location"], data={"sub": "ada-there"})
        real = Provider._claims

        def stale(*given: Any, told: Any = told, real: Any = real) -> dict[str, Any]:
            return {**real(*given), "auth_time": told}

        with monkeypatch.context() as patched:
            patched.setattr(Provider, "_claims", stale)
            assert client.get(answer.headers["location"]).status_code == 400

"""What every answer and every request obeys."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from gepnet.api import InputError
from gepnet.board import Settings, create_app
from gepnet.board.policy import Guard
from gepnet.board.screens import SCREENS
from tests.board.conftest import ADDRESS

PAGES = ("/", "/knowledge", "/knowledge/esmo-2020", "/help", "/nothing-here")
STATIC = Path("src/gepnet/board/static")


def routes() -> list[APIRoute]:
    return [r for one in SCREENS for r in one.router.routes if isinstance(r, APIRoute)]


def test_every_route_has_one_policy() -> None:
    """A route that was forgotten would be open to everybody."""
    assert routes()
    for route in routes():
        guards = [d.dependency for d in route.dependencies if isinstance(d.dependency, Guard)]
        assert len(guards) == 1, route.path


def test_the_application_has_no_other_routes(public: TestClient) -> None:
    """Nothing is served beside the screens: no schema, no documentation of a framework."""
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert public.get(path).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_nothing_inline_and_nothing_kept(public: TestClient, path: str) -> None:
    answer = public.get(path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    text = answer.text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), path
    for tag in re.findall(r"<script[^>]*>", text):
        assert 'src="/static/' in tag
    assert not re.findall(r'(?:src|action)="(?:https?:)?//', text)


def test_files_of_the_design_are_kept_by_their_content(public: TestClient) -> None:
    text = public.get("/").text
    for address in re.findall(r'"(/static/[^"]+)"', text):
        answer = public.get(address)
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
        assert public.get(re.sub("/static/[0-9a-f]+/", "/static/000000000000/", address)).is_error
    assert public.get("/static/000000000000/..%2fapp.py").status_code == 404


def test_vendored_files_are_what_was_published() -> None:
    told = (STATIC / "VENDORED.md").read_text(encoding="utf-8")
    for name, digest in re.findall(r"^\| `([^`]+)` .* `([0-9a-f]{64})` \|$", told, re.MULTILINE):
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest
        told = told.replace(name, "")
    assert "htmx.min.js" not in told.split("`dist/")[0]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_other_names_are_not_answered(public: TestClient, host: str) -> None:
    """A page elsewhere could point its own name at this machine and read along."""
    assert public.get("/help", headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_forms_of_other_sites_are_refused(public: TestClient, headers: dict[str, str]) -> None:
    assert public.post("/", headers=headers).status_code == 403
    own = {"origin": ADDRESS, "sec-fetch-site": "same-origin"}
    assert public.post("/", headers=own).status_code != 403


def test_large_requests_are_refused_whatever_they_say() -> None:
    with TestClient(create_app(Settings(body_limit=1000)), base_url=ADDRESS) as client:
        answer = client.post("/", content=b"a" * 1001)
        assert answer.status_code == 413 and "at most" in answer.text
        chunks = (b"a" * 500 for _ in range(3))
        assert client.post("/", content=chunks).status_code == 413
        assert client.post("/", content=b"a" * 900).status_code != 413


def refused(**given: object) -> str:
    environ = {key: str(value) for key, value in given.pop("environ", {}).items()}  # type: ignore[attr-defined]
    with pytest.raises(InputError) as caught:
        Settings.of_environment(environ, **given)
    return str(caught.value)


SECRET = "kZ3-t8Yw_Qm5rXo1NvB7uLc9HdJ2sPfA6eGiTbUx"


def test_it_listens_on_this_machine_only_unless_all_is_set(tmp_path: Path) -> None:
    assert Settings.of_environment({}).host == "127.0.0.1"
    told = refused(host="0.0.0.0")
    assert "TLS" in told and "GEPNET_BOARD_SECRET" in told and "GEPNET_BOARD_NAMES" in told
    given = {"GEPNET_BOARD_BEHIND_TLS": "yes", "GEPNET_BOARD_NAMES": "board.example"}
    assert "GEPNET_BOARD_SECRET" in refused(environ=given, host="0.0.0.0")
    weak = given | {"GEPNET_BOARD_SECRET": "a" * 64}
    assert "nobody can guess" in refused(environ=weak, host="0.0.0.0")
    settings = Settings.of_environment(given | {"GEPNET_BOARD_SECRET": SECRET}, host="0.0.0.0")
    assert settings.secure and "board.example" in settings.names
    assert "demo" in refused(
        environ=given | {"GEPNET_BOARD_SECRET": SECRET}, host="0.0.0.0", demo=True
    )
    alone = {"GEPNET_BOARD_CERTIFICATE": tmp_path / "none.pem"}
    assert "both or none" in refused(environ=alone) and "a file" in refused(environ=alone)
    assert "yes or no" in refused(environ={"GEPNET_BOARD_BEHIND_TLS": "1"})
    assert "port" in refused(port=70000)
    assert SECRET not in repr(settings)

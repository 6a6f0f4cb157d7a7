"""What every test may use: Hypothesis profiles and a page in a real browser."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

ROOT = Path(__file__).resolve().parent.parent

# Several workers share the cores: the time of an example says nothing. `.ci/run` chooses "ci", in
# which the same examples run every time and none is remembered: a red run can be run again.
# Where CI is set, Hypothesis itself would have every profile derandomised: each says it for itself.
settings.register_profile("here", deadline=None, derandomize=False)
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "here")
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let several workers begin with the files that take long, or one ends with them alone.

    The Makefile tells xdist to keep this order; by itself it would begin with the most tests.
    """
    if not hasattr(config, "workerinput"):
        return
    long = {
        item.path
        for item in items
        if item.get_closest_marker("slow") or item.get_closest_marker("browser")
    }
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A headless Chromium, one a worker."""
    from playwright.sync_api import sync_playwright

    script = ROOT / "scripts" / "browser.sh"
    found = subprocess.run(
        ["sh", str(script), "--find"], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        pytest.fail("no Chromium on this machine: run `make setup`", pytrace=False)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found.stdout.strip())
        yield chromium
        chromium.close()


@pytest.fixture
def contexts(browser: "Browser") -> Iterator[Callable[..., "BrowserContext"]]:
    """Open a context like a person's own browser; the test fails if one asks another machine."""
    outside: list[str] = []
    opened: list[BrowserContext] = []

    def guard(route: "Route") -> None:
        url = route.request.url
        if url.startswith(
            ("file:", "data:", "blob:", "about:", "http://127.0.0.1", "http://localhost")
        ):
            route.continue_()
        else:
            outside.append(url)
            route.abort()

    def open_one(**given: Any) -> "BrowserContext":
        context = browser.new_context(**given)
        context.route("**/*", guard)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()
    assert not outside, f"a page asked for {outside}"


@pytest.fixture
def page(contexts: Callable[..., "BrowserContext"]) -> "Page":
    """A fresh page; the test fails if the page asks for anything from another machine."""
    return contexts().new_page()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of a PostgreSQL that runs for the tests alone, one a worker."""
    from tests.store import servers

    folder = servers.found()
    if folder is None:
        pytest.fail("no PostgreSQL on this machine: run `make setup`", pytrace=False)
    with servers.postgresql(folder) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database, once of SQLite and once of PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'board.sqlite'}"
    from tests.store.servers import new_database

    return new_database(request.getfixturevalue("postgresql"))

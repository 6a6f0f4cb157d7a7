"""How fast the board answers, and how large its pages are: ``python -m benchmarks.board``.

Serves the demo inside one process and asks for each page as a browser would. Prints bytes, the
processor time of the server the first time, when a record is assessed, and again, when the page is
only drawn; how much of that is the drawing; and the whole as a multiple of the smallest page, which
goes through the same server. Then the quick check in random orders beside the bare assessment of
the same answers, the PDF beside an empty one, and how soon a page is ready in Chromium beside a
page of one line. Exits with the number of budgets that are not kept.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import benchmarks._checkout  # noqa: F401 - says where `tests` is
from gepnet import api
from gepnet.board import Settings, create_app, pages
from gepnet.board.serving import stays
from gepnet.guidelines.pathway.questions import PathwayQuestions

STEPS, SEED, AGAIN = 200, 1, 8
#: Milliseconds; of ready that of a clock, of all others processor time.
DRAWING, FRAGMENT, STEP, READY, PDF = 10, 3, 300, 1000, 300
HOST = b"127.0.0.1:8711"


@dataclass
class Answer:
    """What the application answered, and the milliseconds of processor it took."""

    ms: float = 0.0
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Direct:
    """Asks the application without a network and without a client whose time would count."""

    def __init__(self, app: Any) -> None:
        self.app, self.cookie, self._loop = app, "", asyncio.new_event_loop()

    def __call__(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        """Send one request."""
        body = b"" if form is None else urlencode(form).encode()
        told = {"host": HOST.decode(), "cookie": self.cookie, "content-length": str(len(body))}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        if form is not None:
            told["content-type"] = "application/x-www-form-urlencoded"
        name, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
            "method": "GET" if form is None else "POST", "path": name, "raw_path": name.encode(),
            "query_string": query.encode(), "root_path": "", "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8711),
            "headers": [(k.encode(), v.encode()) for k, v in told.items()],
        }  # fmt: skip
        found = Answer()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                found.status = message["status"]
                found.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            found.body += message.get("body", b"")

        begun = time.process_time()
        self._loop.run_until_complete(self.app(scope, receive, send))
        found.ms = 1000 * (time.process_time() - begun)
        if "gepnet=" in found.headers.get("set-cookie", ""):
            self.cookie = found.headers["set-cookie"].partition(";")[0]
        return found


class Drawing:
    """Counts the processor time that goes into drawing."""

    def __init__(self) -> None:
        self.ms, drawn = 0.0, pages.render

        def counted(*given: Any, **shown: Any) -> str:
            begun = time.thread_time()
            try:
                return drawn(*given, **shown)
            finally:
                self.ms += 1000 * (time.thread_time() - begun)

        pages.render = counted


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS, help="Steps of the quick check.")
    steps = parser.parse_args().steps
    app = create_app(Settings(demo=True))
    desk, ask, drawing = app.state.desk, Direct(app), Drawing()
    desk.settled = stays
    stays()
    ask("/login", {"name": "anna", "password": desk.demo_password})
    over = 0
    for told, is_over in (
        *timed_pages(desk, ask, drawing), *quick(desk, ask, steps), *pdf(), *ready(desk),
    ):  # fmt: skip
        over += is_over
        print(told, flush=True)
    return over


def shown_case(desk: Any, ask: Direct) -> tuple[str, str, str]:
    """Return a case whose documents are shown, its item, and one with a course."""
    listed = ask("/worklist").body.decode()
    found = re.findall(r"/case/(\w+)/board\?item=(\w+)", listed)
    case, name = found[1]
    who = next(one for one in api.list_users(desk.store, api.operator("x")) if "chair" in one.roles)
    chair = api.Actor(who.id, "", frozenset({"chair"}), None, frozenset(who.centres))
    item = api.read_item(desk.store, chair, name)
    if item.matrix_hidden:
        api.change_item(desk.store, chair, name, item.version, matrix_hidden=False)
    return case, name, found[0][0]


def timed_pages(desk: Any, ask: Direct, drawing: Drawing) -> list[tuple[str, bool]]:
    """Return a line for each page."""
    case, item, other = shown_case(desk, ask)
    addresses = {
        "smallest page": "/help", "quick check": "/", "documents": "/knowledge",
        "one document": "/knowledge/esmo-2020", "worklist": "/worklist",
        "answer": f"/case/{case}/board?item={item}", "why they differ": f"/case/{case}/differ",
        "cards": f"/item/{item}/cards", "fragment of cards": f"/item/{item}/state",
        "the same, unchanged": f"/item/{item}/state", "record": f"/case/{case}/record",
        "course": f"/case/{other}/course",
    }  # fmt: skip
    lines = [
        (
            f"{'page':<21}{'bytes':>8}{'first ms':>10}{'again ms':>10}{'drawing ms':>12}"
            f"{'x smallest':>12}",
            False,
        )
    ]
    smallest = 0.0
    for name, address in addresses.items():
        headers: dict[str, str] = {}
        first = ask(address)
        if name == "the same, unchanged":
            headers["if_none_match"] = first.headers["etag"]
        drawing.ms = 0.0
        again = [ask(address, **headers) for _ in range(AGAIN)]
        # The middle one: a single request may meet the collector of rubbish, or another process.
        ms = sorted(one.ms for one in again)[AGAIN // 2]
        drawn, smallest = drawing.ms / AGAIN, smallest or ms
        most = FRAGMENT if "fragment" in name or headers else DRAWING
        lines.append(
            (
                f"{name:<21}{len(first.body):>8}{first.ms:>10.1f}{ms:>10.1f}{drawn:>12.1f}"
                f"{ms / smallest:>12.1f}{over(drawn, most)}",
                drawn > most,
            )
        )
    return lines


def quick(desk: Any, ask: Direct, steps: int) -> list[tuple[str, bool]]:
    """Answer the quick check in random orders, beside the bare assessment of the same answers."""
    for one in PathwayQuestions.read(desk.base.knowledge.measures).questions:
        desk.next_facts.prepare(one.id, "en").wait(60)
    draw, form = random.Random(SEED), api.quick_form(desk.base)
    taken, bare = list[float](), list[float]()
    while len(taken) < steps:
        answers: dict[str, str] = {}
        for question in draw.sample(form, len(form)):
            before = "&".join(f"{k}={v}" for k, v in answers.items())
            answers[f"q.{question['id']}"] = draw.choice(question["choices"])["id"]
            sent = {**answers, "answered": "1", "before": before}
            taken.append(ask("/", sent, hx_request="true").ms)
            begun = time.process_time()
            chosen = {name.removeprefix("q."): value for name, value in answers.items()}
            asked = desk.question()
            api.assess_facts(api.quick_facts(desk.base, chosen, {}, asked), desk.base, asked)
            bare.append(1000 * (time.process_time() - begun))
    (half, most), (peer, _) = middle_and_p95(taken), middle_and_p95(bare)
    return [
        (
            f"quick check, {len(taken)} steps: median {half:.0f} ms, 95th percentile {most:.0f} ms"
            f"{over(most, STEP)}; {half / peer:.1f} x the bare assessment ({peer:.0f} ms)",
            most > STEP,
        )
    ]


def pdf() -> list[tuple[str, bool]]:
    """Make the record of a board as PDF, beside an empty page of the same program."""
    import datetime

    import typst

    long = " ".join(["What somebody thought of it."] * 6)
    card = {"discipline": "oncology", "option": "PRRT", "reason": long, "condition": "if uptake"}
    view = {
        "title": "Record", "language": "en", "head": [["Patient", "X"]] * 4, "limits": long,
        "outcome": [["Advice", long]] * 7, "dissent": [long] * 2, "cards": [card] * 8,
        "documents": [["PRRT", "8/11", long]] * 8, "signatures": [long],
        "labels": dict.fromkeys(
            ("outcome", "dissent", "cards", "only_if", "documents", "signatures", "unsigned"), "X"
        ),
    }  # fmt: skip
    ms = of(lambda: api.board_record_pdf(view, datetime.date(2026, 1, 1)))
    peer = of(lambda: typst.compile(b"One line.", format="pdf", ignore_system_fonts=True))
    told = f"PDF of a record: {ms:.0f} ms{over(ms, PDF)}; {ms / peer:.1f} x an empty one"
    return [(f"{told} ({peer:.0f} ms)", ms > PDF)]


def ready(desk: Any) -> list[tuple[str, bool]]:
    """Open pages in Chromium, beside a page of one line; by the clock."""
    from playwright.sync_api import sync_playwright

    from tests.board.served import Served

    script = Path(__file__).parents[1] / "scripts" / "browser.sh"
    found = subprocess.run(
        ["sh", str(script), "--find"], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        return [("no Chromium on this machine: run `make setup`", False)]
    lines: list[tuple[str, bool]] = []
    server = Served(str(desk.store.engine.url))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found.stdout.strip())
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            place = f"http://127.0.0.1:{server.port}"
            page.goto(f"{place}/login")
            page.fill("#name", "anna")
            page.fill("#password", desk.demo_password)
            page.keyboard.press("Enter")
            page.wait_for_url(re.compile("worklist"))
            listed = page.content()
            case, item = re.findall(r"/case/(\w+)/board\?item=(\w+)", listed)[1]
            bare = min(_loaded(page, "data:text/html,<p>One line.") for _ in range(5))
            for name, address in (
                ("quick check", "/"),
                ("answer", f"/case/{case}/board?item={item}"),
            ):
                taken = sorted(_loaded(page, place + address) for _ in range(7))[3]
                lines.append(
                    (
                        f"{name} ready in Chromium: {taken:.0f} ms{over(taken, READY)}; "
                        f"{taken / bare:.1f} x a page of one line ({bare:.0f} ms)",
                        taken > READY,
                    )
                )
            browser.close()
    finally:
        server.end()
    return lines


def _loaded(page: Any, address: str) -> float:
    begun = time.perf_counter()
    page.goto(address, wait_until="load")
    return 1000 * (time.perf_counter() - begun)


def of(make: Callable[[], object]) -> float:
    """Return the milliseconds of processor that something takes, the middle of some times."""
    taken = []
    for _ in range(7):
        begun = time.process_time()
        make()
        taken.append(1000 * (time.process_time() - begun))
    return sorted(taken)[3]


def middle_and_p95(times: list[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[int(0.95 * len(ordered))]


def over(value: float, most: float) -> str:
    """Return a word where a budget is not kept."""
    return f"  OVER {most}" if value > most else ""


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        raise SystemExit(main())

"""A real ``gepnet serve``, a process of its own, and people who send it forms over HTTP."""

from __future__ import annotations

import html
import http.client
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from gepnet import api

ROOT = Path(__file__).parents[2]
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_TICKS = os.sysconf("SC_CLK_TCK")


class Served:
    """One server over a store, until it is killed or ended."""

    def __init__(self, address: str) -> None:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gepnet", "serve", "--store", address, "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        )
        assert self._process.stdout is not None
        told = re.search(r"127\.0\.0\.1:(\d+)", self._process.stdout.readline())
        if told is None:
            self.kill()
            raise RuntimeError("the server did not start")
        self.port = int(told[1])

    def cpu_s(self) -> float:
        """Return the processor time that it took so far."""
        told = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        user, system = told.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / _TICKS

    def kill(self) -> None:
        """End it as a power cut would: it gets no word of it."""
        self._end(signal.SIGKILL)

    def end(self) -> None:
        """End it in order."""
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        if self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Person:
    """Somebody at a browser, signed in: a cookie, the token of the forms, one connection."""

    name: str
    id: str
    cookie: str
    csrf: str
    port: int = 0
    tag: str = ""
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self._send("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, Any], **headers: str) -> Answer:
        """Send a form as a page of this session would."""
        return self._send("POST", path, urlencode({"csrf": self.csrf, **fields}), headers)

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        told |= {"cookie": f"gepnet={self.cookie}", **(_FORM if body is not None else {})}
        try:
            self._connection.request(method, path, body, told)
            found = self._connection.getresponse()
            text = found.read().decode()
        except (OSError, http.client.HTTPException):
            self.move(self.port)
            raise
        return Answer(found.status, {k.casefold(): v for k, v in found.getheaders()}, text)

    def move(self, port: int) -> None:
        """Go on with a server at another port."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self.port = None, port


def people(store: api.Store, count: int, centre: str) -> list[Person]:
    """Make accounts and begin a session of each, without the tenth of a second of a password.

    The first leads the meeting and gives no card; of the others each fourth enters what comes in.
    """
    root, found = api.operator("root"), []
    for number in range(count):
        roles = ("clinician",) if number else ("clinician", "chair")
        name = f"crowd-{number}"
        user = api.add_user(
            store, root, name, f"Dr {number}", roles, [centre], None, "oncology", f"crowd {number}"
        )
        signed = api.sign_in_by_provider(store, f"crowd {number}")
        found.append(Person(name, user.id, signed.secret, signed.form_secret))
    return found


def seen_in(page: str) -> int:
    """Return the version that a page says it was made from."""
    return int(re.findall(r'name="seen" value="(\d+)"', page)[0])


def words_of(page: str) -> str:
    """Return the words of a page."""
    return html.unescape(re.sub(r"<[^>]*>", " ", page))

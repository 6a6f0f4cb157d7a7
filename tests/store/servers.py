"""A throw-away PostgreSQL on a free port of this machine, for as long as the tests run."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / "scripts" / "postgresql.sh"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def not_root() -> tuple[int, int] | None:
    """Return user and group that PostgreSQL runs as, which refuses to run as root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise RuntimeError("no user on this machine that is not root")


@contextmanager
def postgresql(bin_folder: Path) -> Iterator[str]:
    """Start a cluster and return the address of its server, without a database."""
    folder = Path(tempfile.mkdtemp(prefix="gepnet-postgresql-"))
    who = not_root()
    if who is not None:
        os.chown(folder, *who)
    own: dict[str, Any] = {} if who is None else {"user": who[0], "group": who[1]}
    data, log = folder / "data", folder / "log"
    settings = ["-A", "trust", "-U", "gepnet", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(
        [bin_folder / "initdb", "-D", data, *settings],
        check=True,
        capture_output=True,
        cwd=folder,
        **own,
    )
    port = free_port()
    with log.open("w") as told:
        server = subprocess.Popen(
            [
                bin_folder / "postgres", "-D", data, "-p", str(port), "-k", folder,
                "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200",
                "-c", "shared_buffers=64MB",
            ],
            stdout=told,
            stderr=subprocess.STDOUT,
            cwd=folder,
            **own,
        )  # fmt: skip
    try:
        _wait_for(port, server, log)
        yield f"postgresql://gepnet@127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGINT)  # without waiting for who is connected
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg

    for _ in range(200):
        if server.poll() is not None:
            break
        try:
            psycopg.connect(
                f"postgresql://gepnet@127.0.0.1:{port}/postgres", connect_timeout=2
            ).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}")


def found() -> Path | None:
    """Return the folder of PostgreSQL's programs, None if there is none."""
    done = subprocess.run(
        ["sh", str(SCRIPT), "--find"], capture_output=True, text=True, check=False
    )
    return Path(done.stdout.strip()) if done.returncode == 0 else None


def new_database(server: str, template: str = "template0") -> str:
    """Return the address of a new database of a server, a copy of another."""
    import psycopg

    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    return f"{server}/{name}"

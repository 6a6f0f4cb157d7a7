"""Running the server."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable

from gepnet import api
from gepnet.board.app import create_app
from gepnet.board.settings import Settings


def serve(settings: Settings, ready: Callable[[str], None] = print) -> None:
    """Serve the board until it is interrupted.

    Args:
        settings: where it listens and what it keeps.
        ready: told the address, when the server listens.

    Raises:
        InputError: if the address cannot be listened on.
    """
    import uvicorn

    listening = listen(settings)
    app = create_app(settings, opened(settings))
    app.state.desk.settled = stays
    if settings.demo:
        stays()  # it was made of the knowledge
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    ready(f"{'https' if settings.certificate else 'http'}://{shown}:{port}/")
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # no address of a page in a log
        server_header=False,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
        proxy_headers=settings.behind_tls,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[listening])


def stays() -> None:
    """Let the collector of rubbish pass over what was read so far: it stays as long as the server.

    The knowledge is some millions of objects; to look through them takes a tenth of a second, in
    the middle of somebody's request.
    """
    gc.collect()
    gc.freeze()


def listen(settings: Settings) -> socket.socket:
    """Return a socket that listens where the settings say.

    Raises:
        InputError: if it cannot.
    """
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(128)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise api.refuse("port", where, f"an address that is free ({error.strerror})") from error
    return made


def opened(settings: Settings) -> api.Store | None:
    """Return the store of the settings; None where none was named and none is in its usual place.

    Raises:
        InputError: if a store was named and cannot be opened.
    """
    if settings.demo:
        return None  # the demo makes its own
    if settings.store is None and not api.has_usual_store():
        return None
    return api.open_store(settings.store)

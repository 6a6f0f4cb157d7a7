"""``gepnet serve``: the board in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from gepnet.cli.command import KnowledgeQuestion, command


@command
def serve(
    question: KnowledgeQuestion,
    demo: Annotated[bool, "Published cases in a throw-away store, and users."] = False,
    host: Annotated[str, "Address to listen on."] = "127.0.0.1",
    port: Annotated[int, "Port; 0 takes any that is free."] = 8711,
    store: Annotated[str | None, "Address of the store; default: a file of this user."] = None,
    registry: Annotated[str | None, "Folder or URL of a registry for chairs and analysts."] = None,
) -> None:
    """Serve the board: quick check, worklist, meeting, courses of PRRT.

    It listens on this machine only, unless TLS and a secret are set: GEPNET_BOARD_CERTIFICATE and
    GEPNET_BOARD_KEY (or GEPNET_BOARD_BEHIND_TLS=yes), GEPNET_BOARD_SECRET, GEPNET_BOARD_NAMES.
    """
    from gepnet.knowledge.problems import need

    need("fastapi", "uvicorn", "babel", "sqlalchemy")
    from gepnet.board import Settings
    from gepnet.board import serve as run

    settings = Settings.of_environment(
        host=host, port=port, demo=demo, store=store, question=question, registry=registry
    )

    run(settings, lambda address: typer.echo(f"gepnet is at {address} (Ctrl+C ends it)"))

"""The board: a web application for the tumour board, rendered on the server.

It calls ``gepnet.api`` and knows no medicine: which facts are asked, what documents say and what is
missing comes from there. ``create_app`` makes the application, ``serve`` runs it.
"""

from gepnet.board.app import create_app
from gepnet.board.serving import serve
from gepnet.board.settings import Settings

__all__ = ["Settings", "create_app", "serve"]

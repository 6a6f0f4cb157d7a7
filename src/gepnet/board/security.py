"""What every answer and every request obeys: headers, sizes, and where a form came from."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gepnet.board.faults import plain_answer

#: Nothing inline and nothing from elsewhere; a picture is drawn in the page or served by us.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
#: Of everything but the files of the design: what a shared computer keeps, the next person reads.
NOT_KEPT = "no-store"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Shield:
    """Every answer gets the headers, every request is held to its size and its origin."""

    def __init__(self, app: ASGIApp, body_limit: int, secure: bool, names: Collection[str]) -> None:
        """Stand before an application.

        Args:
            app: the application.
            body_limit: most bytes of a request.
            secure: whether browsers reach it by TLS.
            names: the names by which browsers call the server. Under any other name it does not
                answer: a page elsewhere could point its own name at this machine.
        """
        self.app, self.body_limit, self.secure, self.names = app, body_limit, secure, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    found[name] = value
                if "cache-control" not in found:
                    found["cache-control"] = NOT_KEPT
                if self.secure:
                    found["strict-transport-security"] = "max-age=31536000"
            await send(message)

        answer = self.refused(scope, headers)
        if answer is not None:
            await answer(scope, receive, shielded)
            return
        await self.counted(scope, receive, shielded)

    def refused(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """Return the answer to a request that is not taken; None where it is."""
        if host_name(headers.get("host", "")) not in self.names:
            return plain_answer(400, "The server is not called by this name.")
        if scope["method"] not in SAFE and not same_origin(headers):
            return plain_answer(403, "This form was not sent from a page of this server.")
        if b"%00" in scope.get("raw_path", b"") + scope["query_string"] or "\0" in scope["path"]:
            return plain_answer(400, "There is no such address.")
        try:
            announced = int(headers.get("content-length", "0"))
        except ValueError:
            announced = -1
        if announced > self.body_limit:
            return self.too_large()
        return plain_answer(400, "A wrong length.") if announced < 0 else None

    def too_large(self) -> ASGIApp:
        """Return the answer to a request that is too large."""
        size = f"{self.body_limit / 1e6:g}"
        return plain_answer(413, f"Too large: at most {size} MB are read at a time.")

    async def counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the whole body first, so that one which lies about its length does no harm."""
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.body_limit:
                await self.too_large()(scope, receive, send)
                return
        given = False

        async def whole() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, whole, send)


def host_name(host: str) -> str:
    """Return the name of a host without its port; an IPv6 address keeps its brackets."""
    if host.startswith("["):
        return host.partition("]")[0].casefold() + "]"
    return host.partition(":")[0].casefold()


def same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a request was sent by a page of this server, or by a program that is no browser.

    Browsers say where a request comes from, and pages cannot change what they say.
    """
    if (site := headers.get("sec-fetch-site")) is not None:
        return site in ("same-origin", "none")
    if (origin := headers.get("origin")) is not None:
        return origin.partition("://")[2] == headers.get("host", "")
    return True


def same_token(one: str, other: str) -> bool:
    """Whether two tokens are the same, in the same time whether or not they are."""
    return hmac.compare_digest(one.encode(), other.encode())

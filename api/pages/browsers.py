"""What browsers need that other clients do not: headers that confine a page to itself, and addresses without empty fields."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class Browsers:
    """ASGI middleware around the application.

    A form without JavaScript sends every field, the empty ones too. Such a request of a browser is led to the address without
    them, so that addresses can be read and shared and an empty field never counts as a value.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if (address := _without_empty_fields(scope)) is not None:
            await RedirectResponse(address, 303, {"Vary": "Accept"})(scope, receive, send)
            return

        async def send_confined(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.update(_HEADERS)
            await send(message)

        await self.app(scope, receive, send_confined)


def _without_empty_fields(scope: Scope) -> str | None:
    if scope["method"] != "GET" or "text/html" not in Headers(scope=scope).get("accept", ""):
        return None
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    kept = [(k, v) for k, v in pairs if v]
    if len(kept) == len(pairs):
        return None
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1").split("?", 1)[0] + (f"?{urlencode(kept)}" if kept else "")

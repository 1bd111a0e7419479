"""``serve``: a store over HTTP."""

from __future__ import annotations

import os
import socket
from typing import Annotated

import typer

from kg import display
from kg.cli.options import StoreOption
from kg.errors import StoreError
from kg.store.generations import StoreDirectory

app = typer.Typer()


@app.command(epilog="**Example:**  `sitgraph serve --store demo-store --port 8000`")
def serve(
    store: StoreOption,
    host: Annotated[str, typer.Option(help="The address to listen on; only this machine by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 is any that is free.")] = 8000,
) -> None:
    """Serve a store: pages, REST, linked data, and SPARQL at /sparql. Ctrl-C stops it."""
    import uvicorn

    base = StoreDirectory(store).current().manifest["base"]
    listener = _listen(host, port)
    url = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
    os.environ["SITGRAPH_SERVE_STORE"] = str(store.resolve())
    os.environ["SITGRAPH_SERVE_PUBLIC_URL"] = url
    display.err.print(f"serving {store} at {url}  (Ctrl-C stops it)")
    if base != url:
        display.err.print(f"the IRIs of this store begin with {base}: they resolve only there", style="yellow")
    for path, what in _TO_TRY:
        display.err.print(f"  {url}{path}  {what}")
    server = uvicorn.Server(
        uvicorn.Config("api.app:create_app", factory=True, log_level="warning", timeout_graceful_shutdown=5)
    )
    try:
        server.run([listener])
    except KeyboardInterrupt:  # what the server says when it has stopped
        display.err.print("stopped")
    if not server.started:
        raise StoreError(f"{store}: the server could not be started")


def _listen(host: str, port: int) -> socket.socket:
    """The door of the server, opened before anything is said about it; port 0 is any that is free."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        raise StoreError(f"cannot listen at {host} port {port}: {getattr(error, 'strerror', None) or error}") from error
    return listener


_TO_TRY = (
    ("", "the reports, and questions to click"),
    ("actors", "who there is"),
    ("contradictions", "accounts that cannot both be true"),
    ("explain?subject=Syrian%20rebels&predicate=opposes&object=Assad%20regime", "why, down to the words"),
    ("sparql", "SPARQL 1.1"),
    ("openapi.json", "the REST interface, described"),
)

"""The pages of the web: the HTML form of the same addresses, complete without JavaScript.

``render(template, document)`` makes a page from a document of :mod:`api.models`; ``router`` has the few addresses that are
pages only; ``Browsers`` gives every page its headers.

Invariants: a page says what the document says, and what else it shows comes from the same view; everything it loads is its own
(``default-src 'self'``, no inline style or script); whatever reports contain is escaped.
"""

from api.pages.browsers import Browsers
from api.pages.rendering import render
from api.pages.routes import router

__all__ = ["Browsers", "render", "router"]

"""HTML that is well-formed because it is made of elements.

Invariant: whatever is no :class:`Html` is escaped, and every element that is opened is closed. No template language is needed
for one page, and ``kg`` knows none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


_VOID = frozenset({"meta", "link", "br", "wbr"})


def el(tag: str, /, *children: str, **attributes: str) -> Html:
    """An element. An attribute that is a word of Python ends in an underscore here; empty ones are left out."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items() if value)
    opened = f"<{tag}{given}>"
    return Html(opened) if tag in _VOID else Html(f"{opened}{join(children)}</{tag}>")


def join(parts: Iterable[str], by: str = "") -> Html:
    """Parts one after the other."""
    return Html(text(by).join(text(part) for part in parts))


def text(value: str) -> Html:
    """A value as HTML."""
    return value if isinstance(value, Html) else Html(escape(value, quote=False))


def link(href: str, *children: str, **attributes: str) -> Html:
    """A link."""
    return el("a", *children, href=href, **attributes)


def code(value: str) -> Html:
    """Words of a formal language."""
    return el("code", value)


def arabic(value: str) -> Html:
    """Words in Arabic."""
    return el("bdi", value, lang="ar", dir="rtl")


def block(source: str) -> Html:
    """Several lines of a formal language."""
    return el("pre", code(source.strip("\n")), tabindex="0")


def folded(summary: str, *children: str) -> Html:
    """What is shown when asked for."""
    return el("details", el("summary", summary), *children)


def items(parts: Iterable[str], **attributes: str) -> Html:
    """A list."""
    return el("ul", *(el("li", part) for part in parts), **attributes)


def facts(rows: Iterable[tuple[str, str]]) -> Html:
    """Names with values; those without a value are left out."""
    return el("dl", *(el("div", el("dt", name), el("dd", value)) for name, value in rows if value), class_="facts-of")


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], names: Iterable[str] = ()) -> Html:
    """A table, which scrolls where the page is narrow; ``names`` are the anchors of its rows."""
    anchors = iter(names)
    head = el("thead", el("tr", *(el("th", words, scope="col") for words in heads)))
    body = el("tbody", *(el("tr", *(el("td", cell) for cell in row), id=next(anchors, "")) for row in rows))
    return el(
        "div", el("table", el("caption", caption), head, body), class_="scroll", tabindex="0", role="region", aria_label=caption
    )


def markdown(words: str) -> list[Html]:
    """What a changelog is made of: headings of the second level, paragraphs, lists of one level, names between backticks."""
    made: list[Html] = []
    for part in filter(None, re.split(r"\n\s*\n", words)):
        if part.startswith("## "):
            heading, _, rest = part.partition("\n")
            made += [el("h3", heading.removeprefix("## ")), *markdown(rest)]
        elif part.startswith("- "):
            made.append(items(_inline(entry) for entry in re.split(r"\n- ", part.removeprefix("- "))))
        else:
            made.append(el("p", _inline(part)))
    return made


def _inline(words: str) -> Html:
    """Every second part between backticks is a name."""
    return join(code(part) if number % 2 else part for number, part in enumerate(re.sub(r"\s+", " ", words).split("`")))

"""Mentions proposed from what a store knows: the names of its actors, places and sources, found in a text.

Annotators start from these instead of from nothing. Names are the ``skos:prefLabel`` and ``skos:altLabel`` of the view; what
people search by (``skos:hiddenLabel``) is none unless another thing has it too, what one report alone calls a thing never is.
Words meet under the key of :mod:`kg.names`, so case, marks, articles and usual transliterations do not matter, but a word that
is written with a capital is only found so, and an acronym only letter by letter: "it" is not IT, nor HAS the town of Hass. A
short name that has an article is only found with it: "war" is the key of al-Wa'r.

Invariants: offsets are those of the text as it is; proposals do not overlap, of two that would the one that begins first is
taken, and of those the longest; a name of several things carries a note that lists them, and no reference; a private person
(section 17 of the specification) is never proposed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions

from kg import queries
from kg.errors import Problem, ReadError
from kg.iri import Space
from kg.model import AnnotatedReport, Mention, Reference, Report, TextSpan, text_sha256
from kg.names import is_pronoun, key
from kg.readers._metadata import metadata_beside
from kg.readers._source import decode_strictly, read_bounded
from kg.resolver.reference import Reference as ReferenceTables
from kg.schemes.grammar import Grammar
from kg.store import Store
from kg.vocab import CLASSES, SKOS, ancestors, descendants

_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
# Scripts that put no space between words: each sign is a word, and a name begins and ends anywhere.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTERS = rf"(?:(?![{_UNSPACED}])[^\W_]|[{_MARKS}])+"
_TOKEN = re.compile(
    rf"[{_UNSPACED}][{_MARKS}]*"
    rf"|[^\W\d_](?:\.[^\W\d_])+(?![^\W_])\.?"  # U.S.
    rf"|{_LETTERS}(?:['’ʿʾ`´‘]{_LETTERS})*"
)
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
_GAP = re.compile(r"[\s\-‐‑–'’&/.]{0,4}")
_BOM = "\ufeff"
_MARK = re.compile(f"[{_MARKS}]")
_SKIPPED = frozenset("the al el ad an as ash".split())  # those that kg.names.key drops
_HYPHENS = "-‐‑"
# Particles that Arabic writes together with a word: and, so; by, for, like; and «for the», which loses a letter of the article.
_CLITICS = [
    re.compile("".join(f"{letters}[{_MARKS}]*" for letters in parts))
    for parts in (("[وف]",), ("[بلك]",), ("ل", "ل"), ("[وف]", "[بلك]"), ("[وف]", "ل", "ل"))
]
_FALLBACK = {"actor": "Collective", "place": "Area", "source": "Source"}
_FEWEST_LETTERS, _FEWEST_LETTERS_BEHIND, _LONGEST_ABBREVIATION, _MOST_LISTED = 2, 3, 3, 8
_LONGEST_ACRONYM = _LONGEST_WITH_ARTICLE = 4


@dataclass(frozen=True, slots=True)
class Name:
    """One name of one thing: its path (``actor/russia``), the label that its class gives a mention, the words.

    ``title`` is what the thing is called in lists, ``tokens`` are the words one by one; ``bound`` is a name of one short word
    that is not found without its article. A ``hidden`` name is never proposed alone, but may be meant where others have it.
    """

    path: str
    label: str
    words: str
    preferred: bool = False
    title: str = field(default="", compare=False)
    tokens: tuple[str, ...] = field(default=(), compare=False)
    bound: bool = field(default=False, compare=False)
    hidden: bool = False


@dataclass(slots=True)
class _Node:
    below: dict[str, _Node] = field(default_factory=dict)
    names: list[Name] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word of a text: where it stands, its keys with how much of its beginning each leaves out, and what is before it."""

    start: int
    end: int
    words: str
    keys: tuple[tuple[str, int], ...]
    article: int
    follows: bool


class Names:
    """Names as a tree of words, for finding all of them in one pass over a text."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._root = _Node()
        self.count = 0
        for name in names:
            tokens = tuple(_tokens(name.words))
            if not tokens or is_pronoun(name.words) or not _is_telling(tokens):
                continue
            node = self._root
            for token in tokens:
                node = node.below.setdefault(token.keys[0][0], _Node())
            found = replace(name, tokens=tuple(t.words for t in tokens), bound=_is_bound(tokens))
            if found not in node.names:
                node.names.append(found)
                self.count += 1

    def propose(self, report: Report, text: str) -> AnnotatedReport:
        """The report with a mention for each name that its text holds, in the sitgraph scheme."""
        mentions = tuple(_mention(f"T{n}", text, span, found) for n, (span, found) in enumerate(self._found(text), 1))
        return AnnotatedReport(report, text, mentions, (), Grammar.load().id)

    def _found(self, text: str) -> Iterator[tuple[TextSpan, Sequence[Name]]]:
        tokens = list(_tokens(text))
        at = 0
        while at < len(tokens):
            best, left_out, found = self._longest(tokens, at)
            if found:
                first = tokens[at]
                start = first.start + left_out if left_out or first.article < 0 else first.article
                yield TextSpan(start, tokens[best].end), found
            at = best + 1

    def _longest(self, tokens: Sequence[_Token], at: int) -> tuple[int, int, Sequence[Name]]:
        """The last token of the longest name that begins at a token, what of that token is no part of it, and whose it is."""
        best: tuple[int, int, Sequence[Name]] = (at, 0, ())
        for first_key, left_out in tokens[at].keys:
            node, last = self._root.below.get(first_key), at
            while node is not None:
                if last > best[0] or not best[2]:
                    own = [n for n in node.names if _is_written_so(n, tokens[at : last + 1], left_out)]
                    best = (last, left_out, own) if any(not n.hidden for n in own) else best
                last += 1
                if last == len(tokens) or not tokens[last].follows:
                    break
                node = node.below.get(tokens[last].keys[0][0])
        return best


def of_store(store: Store, base: str, reference: ReferenceTables) -> Names:
    """The names of a generation. ``reference`` says which persons have a public role."""
    public = {a.id for a in reference.actors.values() if a.public_role}
    return Names(_known(store, Space(base), public))


def read_text(path: Path, default_id: str) -> tuple[Report, str, list[Problem]]:
    """A text that is to be annotated, with what is said beside it. Raises :class:`~kg.errors.ReadError`."""
    text = decode_strictly(path, read_bounded(path, "MAX_TEXT_BYTES"))
    meta = metadata_beside(path, default_id)
    problems = list(meta.problems)
    if meta.text_sha256 and meta.text_sha256 != text_sha256(text):
        raise ReadError(str(path), f"not the text of its metadata: SHA-256 {text_sha256(text)}, expected {meta.text_sha256}")
    if text.startswith(_BOM):
        text = text.removeprefix(_BOM)
        problems.append(Problem(str(path), 1, "begins with a byte order mark, which is left out", "warning"))
    if not text.strip():
        raise ReadError(str(path), "is empty")
    return meta.report, text, problems


def _known(store: Store, space: Space, public: Collection[str]) -> Iterator[Name]:
    groups = {cls: group for group in ("Actor", "Place", "Source") for cls in (group, *descendants(group))}
    bound = queries.bind(queries.load("entity-index"), {"class": [CLASSES[cls] for cls in groups]})
    solutions = store.query(bound)
    assert isinstance(solutions, QuerySolutions)
    by_class = {CLASSES[cls].value: cls for cls in groups}
    found: dict[str, list[tuple[str, Name]]] = {}
    for row in solutions:
        thing, cls, prop, label = (row[name] for name in ("thing", "class", "property", "label"))
        if not (isinstance(thing, NamedNode) and isinstance(cls, NamedNode) and isinstance(label, Literal)):
            continue
        path = space.path(thing.value)
        group, _, slug = path.partition("/")
        # What only one report tells of has an IRI of that report; so has each private person.
        if group not in _FALLBACK or slug.startswith(("r-", "narrator-")):
            continue
        if by_class[cls.value] != "Person" or path in public:
            name = Name(
                path, _label(by_class[cls.value], group), label.value, prop == SKOS.prefLabel, hidden=prop == SKOS.hiddenLabel
            )
            found.setdefault(path, []).append((label.language or "", name))
    for names in found.values():
        _, first = min(names, key=lambda n: (not n[1].preferred, n[0] not in ("en", ""), n[0], n[1].words))
        yield from (replace(name, title=first.words) for _, name in names)


def _label(cls: str, group: str) -> str:
    """The label of the scheme for a class: its own, or that of the nearest class above it that has one."""
    labels = Grammar.load().groups["entity"] - {"Actor", "Place"}
    return next((c for c in (cls, *ancestors(cls)) if c in labels), _FALLBACK[group])


def _tokens(text: str) -> Iterator[_Token]:
    """The words of a text without articles, which neither make names nor tell them apart."""
    start, end, joined, article = 0, 0, False, -1
    for match in _TOKEN.finditer(text):
        words = match.group()
        joined = joined and _is_gap(text[end : match.start()], end - start)
        before = end
        start, end = match.span()
        if words.lower() in _SKIPPED:
            article = start if _is_part_of_name(words, text[end : end + 1]) else -1
            continue
        if start - before != 1:
            article = -1
        possessive = _POSSESSIVE.search(words)
        bare = words[: possessive.start()] if possessive else words
        yield _Token(start, start + len(bare), bare, _keys(bare), article, joined)
        joined, article = True, -1


def _is_gap(between: str, before: int) -> bool:
    """Whether words on both sides may be of one name; a full stop only behind an abbreviation («St. Petersburg»)."""
    return bool(_GAP.fullmatch(between)) and between.count("\n") < 2 and ("." not in between or before <= _LONGEST_ABBREVIATION)


def _is_part_of_name(article: str, after: str) -> bool:
    return after in _HYPHENS if after.strip() else article.lower() in ("al", "el")


def _keys(words: str) -> tuple[tuple[str, int], ...]:
    """The key of a word; of an Arabic one also the keys behind the particles that may be written together with it."""
    keys = {key(words): 0}
    if "\u0600" <= words[0] <= "\u06ff":
        for clitic in _CLITICS:
            match = clitic.match(words)
            if match and len(_MARK.sub("", words[match.end() :])) >= _FEWEST_LETTERS_BEHIND:
                keys.setdefault(key(words[match.end() :]), match.end())
    return tuple(keys.items())


def _is_telling(tokens: Sequence[_Token]) -> bool:
    letters = "".join(t.words for t in tokens)
    return len(letters) >= _FEWEST_LETTERS and not letters.isdecimal()


def _is_bound(tokens: Sequence[_Token]) -> bool:
    return len(tokens) == 1 and tokens[0].article >= 0 and len(tokens[0].keys[0][0]) <= _LONGEST_WITH_ARTICLE


def _is_written_so(name: Name, tokens: Sequence[_Token], left_out: int) -> bool:
    """Whether the capitals of a name are capitals in the text, its acronyms are the same ones, and its article is there."""
    if name.bound and tokens[0].article < 0:
        return False
    written = [tokens[0].words[left_out:], *(t.words for t in tokens[1:])]
    if len(written) == 1 and _is_acronym(written[0]) and not _has_the_letters(name.tokens[0], written[0]):
        return False
    return all(_has_the_capitals(own, found) for own, found in zip(name.tokens, written, strict=True))


def _is_acronym(word: str) -> bool:
    """Whether a word is rather an acronym than another spelling of a name in capitals, which headings have."""
    return 1 < len(word) <= _LONGEST_ACRONYM and word.isupper()


def _has_the_letters(own: str, found: str) -> bool:
    return own.replace(".", "").casefold() == found.replace(".", "").casefold()


def _has_the_capitals(own: str, found: str) -> bool:
    letters = own.replace(".", "")
    if len(letters) > 1 and letters.isupper():
        return found.replace(".", "") == letters
    return found[:1].isupper() or not own[:1].isupper()


def _mention(ident: str, text: str, span: TextSpan, found: Sequence[Name]) -> Mention:
    quote = text[span.start : span.end]
    things = _things(quote, found)
    first = things[0]
    if len(things) == 1:
        known = (Reference(f"sitgraph:{first.path}", first.title or first.words),)
        return Mention(ident, first.label, (span,), quote, references=known)
    listed = ", ".join(f"{n.title or n.words} ({n.path})" for n in things[:_MOST_LISTED])
    more = f" and {len(things) - _MOST_LISTED} more" if len(things) > _MOST_LISTED else ""
    return Mention(ident, first.label, (span,), quote, notes=(f"ambiguous: {listed}{more}",))


def _things(quote: str, found: Sequence[Name]) -> Sequence[Name]:
    """The things that the words may name, those of this very spelling before others; a source is the actor it speaks for."""
    same = [n for n in found if n.words.casefold() == quote.casefold()] or found
    if _is_acronym(quote):
        same = [n for n in same if n.words == quote] or same
    if any(n.preferred for n in same):  # Damascus is the city, though it is said of the government too
        same = [n for n in same if not n.hidden]
    actors = [n for n in same if n.path.startswith("actor/")]
    kept = [n for n in same if not (actors and n.path.startswith("source/"))]
    by_path: dict[str, Name] = {}
    for name in sorted(kept, key=lambda n: (not n.preferred, abs(len(n.title or n.words) - len(quote)), n.path)):
        by_path.setdefault(name.path, name)
    return list(by_path.values())

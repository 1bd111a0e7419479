"""Damage to files as people and programs do it, on top of that of atheris: a line lost, doubled, moved; a word replaced."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence

CUT = b"\n~~~ next file ~~~\n"
"""Between the files of a case, which make one input; no format uses such a line."""

ODD = (
    *(b"0 -1 99999999999999999999 1e999 NaN null true [] {} : ; * / .. < &a; ' T1 E1".split()),
    *(b'""', b'"\\ud800"', b"\xff", b"\x00", b"\r", b"\r\n", b"\t", b"[" * 2000),
    *(c.encode() for c in "\u2028 \u200f \ufeff \u0627\u0644 \U0001f4a5".split()),
)

_WORD = re.compile(rb"[\w.:#/-]+|\"[^\"\n]{0,40}\"")


def mutated(
    data: bytes, size: int, rng: random.Random, mutate: Callable[[bytes, int], bytes], words: Sequence[bytes] = ()
) -> bytes:
    """One file of an input damaged, often by ``mutate``. ``words`` are those that mean something to the target."""
    parts = data.split(CUT)
    n = rng.randrange(len(parts))
    if rng.random() < 0.6:
        as_json = edited(parts[n], rng, words) if rng.random() < 0.6 and parts[n].lstrip()[:1] in (b"{", b"[") else None
        parts[n] = as_json or damaged(parts[n], rng, words)
    else:
        parts[n] = mutate(parts[n], max(1, size - len(data) + len(parts[n])))
    return CUT.join(parts)[:size]


def damaged(part: bytes, rng: random.Random, words: Sequence[bytes] = ()) -> bytes:
    """A file with one line or one word that is not as it was."""
    choice = rng.randrange(6)
    return _with_other_word(part, rng, choice, words) if choice > 2 else _with_other_lines(part, rng, choice)


def _with_other_lines(part: bytes, rng: random.Random, choice: int) -> bytes:
    lines = part.split(b"\n")
    if choice == 0 and len(lines) > 1:
        lines.pop(rng.randrange(len(lines)))
    elif choice == 1:
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
    else:
        a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def _with_other_word(part: bytes, rng: random.Random, choice: int, words: Sequence[bytes]) -> bytes:
    found = list(_WORD.finditer(part))
    if not found:
        return part + rng.choice(ODD)
    old, other = rng.choice(found), rng.choice(found).group()
    new = {3: rng.choice(ODD), 4: other, 5: rng.choice(words) if words else other}[choice]
    return part[: old.start()] + new + part[old.end() :]


def edited(part: bytes, rng: random.Random, words: Sequence[bytes]) -> bytes | None:
    """JSON with one to three values that are not as they were and still are JSON; ``None`` for what is no JSON."""
    try:
        value = json.loads(part)
    except (ValueError, RecursionError):
        return None
    for _ in range(rng.randrange(1, 4)):
        _edit(value, rng, words)
    return json.dumps(value, indent=1).encode()


def _edit(value: object, rng: random.Random, words: Sequence[bytes]) -> None:
    """One place in a value, some way down: taken out, doubled, exchanged with its neighbour, or given another value."""
    while isinstance(value, (dict, list)) and value:
        key = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
        inside = value[key]
        if isinstance(inside, (dict, list)) and inside and rng.random() < 0.9:
            value = inside
            continue
        other = rng.choice(list(value.values()) if isinstance(value, dict) else value)
        value[key] = rng.choice([other, _odd(rng, words), [inside], {"id": inside}, str(inside), _more(inside, rng)])
        if rng.random() < 0.2:
            del value[key]
        return


def _odd(rng: random.Random, words: Sequence[bytes]) -> object:
    word = rng.choice(words or ODD).decode(errors="replace")
    return rng.choice([None, True, 0, -1, 10**20, 1.5, "", "\x00", "\ud800", "2016-02-30", [], {}, word, word, word, word])


def _more(inside: object, rng: random.Random) -> object:
    number = isinstance(inside, (int, float))
    return inside + rng.choice([-1, 1, 7]) if number else f"{inside} {inside}"  # type: ignore[operator]  # number says so

"""Names: what counts as one, and the key under which spellings of one name meet.

The rules are those of the ontology specification, section 11. The key folds case, marks, articles and the usual
transliterations of Arabic. Identity never rests on the consonant skeleton: it is only good for finding candidates,
since it makes *Hit* and *Hatay* alike.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

DESCRIPTION = "described"
"""A note on a mention: its words describe and do not name, however they are written (a text all in capitals)."""

ARTICLES = frozenset("the a an al el ad as ash at az ar le la les der die das".split())
"""Words that do not make a name and do not tell names apart."""
_KEY_ARTICLES = frozenset("the al el ad an as ash".split())
_PRONOUNS = frozenset(
    "i he she it we you they him her us them his hers its our ours your yours their theirs this that these those who whom "
    "whose which one ones both all some many several few other others another each every any".split()
)
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*", re.UNICODE)
_TASHKEEL = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي"})
_SENTENCE_END = re.compile(r"[.!?:…]['\"”’»)\]]*\s*$|\n\s*$|^\s*$")
_OPENING = "\"'“‘«([—–- "


@lru_cache(maxsize=65536)
def key(name: str) -> str:
    """The normalisation key of a name: spellings that differ in case, marks, articles or usual transliteration share it.

    >>> key("Jaysh al-Fatah") == key("the JAISH AL FATAH")
    True
    """
    text = _TASHKEEL.sub("", name).translate(_ARABIC)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
    text = text.replace("’s ", " ").replace("'s ", " ")
    text = re.sub(r"(?:’|')s$", "", text)
    text = re.sub(r"['’ʿʾ`´‘]", "", text)
    text = re.sub(r"(?<=\b[^\W\d_])\.", "", text)  # U.S. = US
    tokens = [t for t in re.split(r"[\W_]+", text) if t]
    kept = [_fold(t) for t in tokens if t not in _KEY_ARTICLES] or [_fold(t) for t in tokens]
    return " ".join(kept)


def _fold(token: str) -> str:
    if "\u0600" <= token[0] <= "\u06ff":
        return token[2:] if token.startswith("ال") and len(token) > 4 else token
    for old, new in (("ay", "ai"), ("ee", "i"), ("oo", "u"), ("ou", "u"), ("q", "k"), ("kh", "h"), ("gh", "g")):
        token = token.replace(old, new)
    return re.sub(r"([^\W\d])\1", r"\1", token)


def is_name(words: str, before: str) -> bool:
    """Whether a mention is a name: a word other than articles and pronouns starts with an upper-case letter, and not merely
    because it opens a sentence. Scripts without case count as names. ``before`` is the text in front of the mention.
    """
    opens = bool(_SENTENCE_END.search(before.rstrip(_OPENING)))
    for position, match in enumerate(_WORD.finditer(words)):
        word = match.group()
        if word.lower() in ARTICLES or _is_pronoun(word) or not word[0].isalpha():
            continue
        caseless = word[0].lower() == word[0].upper()
        acronym = len(word) > 1 and word.isupper()
        if caseless or acronym or (word[0].isupper() and not (opens and position == 0)):
            return True
    return False


def is_pronoun(words: str) -> bool:
    """Whether a mention is nothing but pronouns and articles ("it", "their own")."""
    found = [m.group() for m in _WORD.finditer(words)]
    return all(_is_pronoun(w) or w.lower() in ARTICLES or w == "own" for w in found)


def _is_pronoun(word: str) -> bool:
    """«US» and «WHO» are names."""
    return word.lower() in _PRONOUNS and not (len(word) > 1 and word.isupper())


_HEADS = {
    "city": ("city",), "town": ("town", "city", "village"), "village": ("village", "town"),
    "district": ("district", "neighbourhood"),
    "neighbourhood": ("neighbourhood",), "neighborhood": ("neighbourhood",), "quarter": ("neighbourhood",),
    "suburb": ("neighbourhood", "town"), "area": ("neighbourhood", "town", "village", "district"),
}  # fmt: skip


def bare_place_names(words: str) -> list[tuple[str, tuple[str, ...]]]:
    """A place name without its generic word, and the place kinds that word allows.

    >>> bare_place_names("town of Ramouseh")
    [('Ramouseh', ('town', 'city', 'village'))]
    """
    head = re.fullmatch(r"(?:the\s+)?(\w+)\s+of\s+(.+)", words, re.IGNORECASE)
    tail = re.fullmatch(r"(?:the\s+)?(.+?)\s+(\w+)", words, re.IGNORECASE)
    found = []
    if head and head[1].lower() in _HEADS:
        found.append((head[2], _HEADS[head[1].lower()]))
    if tail and tail[2].lower() in _HEADS:
        found.append((tail[1], _HEADS[tail[2].lower()]))
    return found

"""Words that may have changed on their way from a text into an annotation file: white space, and the style of quotation marks.

Invariant: two wordings that are alike have the same letters, digits and other signs in the same order.
"""

from __future__ import annotations

_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    }
)


def loosely(words: str) -> str:
    """Words without white space, with straight quotation marks: equal for two that are alike."""
    return "".join(words.translate(_STRAIGHT).split())

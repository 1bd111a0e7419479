"""The words of a text that may trigger an incident of MUC: a key names none.

Section 13 of the specification; guidelines of annotation: a trigger is the word that says most plainly what happened.
Invariant: which words trigger an incident depends on the text and the template alone, and on what triggered the ones before it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kg.readers._muc_texts import Range, Words, away

_VIOLENCE = {
    "ATTACK": r"ATTACK\w* KILL\w* MURDER\w* ASSASSINAT\w* SHOT SHOOT\w* MASSACRE\w* MACHINEGUN\w* STRAF\w* AMBUSH\w* SLAIN "
    r"SLAY\w* SLAUGHTER\w* DIED DEATHS? DEAD WOUND\w* INJUR\w* TORTUR\w* THREAT\w*",
    "BOMBING": r"BOMB\w* EXPLO\w* DYNAMIT\w* BLOW(?:S|N|ING)? BLEW DETONAT\w* MINE[DS]? GRENADES? ROCKETS? ATTACK\w*",
    "KIDNAPPING": r"KIDNAP\w* ABDUCT\w* HOSTAGES? SEIZ\w* CAPTUR\w* HELD DISAPPEAR\w* RELEAS\w*",
    "ARSON": r"BURN\w* ARSON\w* FIRES? TORCH\w* DESTROY\w*",
    "ROBBERY": r"ROB(?:BE\w*|BING|S)? STOLEN? STEAL\w* LOOT\w* TOOK SEIZ\w*",
    "HIJACKING": r"HIJACK\w* SEIZ\w*",
    "FORCED WORK STOPPAGE": r"STOPPAGES? STRIKES? PARALY\w* SUSPEN\w* THREAT\w*",
}
"""Words of violence that may trigger an incident of the type, the ones that say it best first."""
_THREAT = r"THREAT\w* WARN\w*"


def trigger(words: Words, kind: str, threatened: bool, home: Range, hit: Range | None, taken: set[int]) -> Range:
    """The word that triggers an incident: of the home sentence the nearest to what was hit; else the nearest; else all of it.

    A word that says it better may stand a little farther off; one that is taken comes last.
    """
    places = []
    for rank, token in words.matching(_violence(kind, threatened)):
        word = (token, token + 1)
        places.append((token in taken, away(word, home), rank + (away(word, hit) if hit else 0), token))
    if not places:
        return home
    token = min(places)[-1]
    return token, token + 1


@lru_cache(maxsize=32)
def _violence(kind: str, threatened: bool) -> re.Pattern[str]:
    words = f"{_THREAT} {_VIOLENCE.get(kind, '')}" if threatened else _VIOLENCE.get(kind, "")
    return re.compile(rf"(?<= )(?:{'|'.join(f'({w})' for w in words.split()) or '(?!)'})(?= )")

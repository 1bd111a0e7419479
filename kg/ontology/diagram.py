"""The picture of the core: who says what, in which words, about which situation, of whom, where and when.

Invariant: the picture is drawn from :data:`BOXES` and :data:`ARROWS` alone, the same text every time. Each box is a class, each
word on an arrow a property that may lead from the one box to the other; nothing lies on anything else. Colours and lines come
from the style sheet of the page that it stands in; :func:`document` is a file of its own, in light and dark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 1534, 786
NAME, SMALL = 17, 15
"""Sizes of letters: of names, and of everything else."""


@dataclass(frozen=True, slots=True)
class Box:
    """A class in its place, with some words about it, a line each."""

    name: str
    group: str
    x: int
    y: int
    width: int
    height: int
    words: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    """Words at the bottom, of a frame around sub-classes; the name of such a box stands at its top."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """Properties that lead from one class to another, drawn along points; the label begins, is centred or ends at its place."""

    subject: str
    properties: tuple[str, ...]
    object: str
    points: tuple[tuple[int, int], ...]
    label: tuple[int, int]
    anchor: str = "middle"
    derived: bool = False
    label_lines: tuple[str, ...] = ()
    """What stands on the arrow, where the names are too many for one line."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The label, line by line."""
        return self.label_lines or (", ".join(self.properties),)


BOXES = (
    Box("Source", "evidence", 24, 96, 200, 64, ("narrator, speaker, …",)),
    Box("Mention", "evidence", 24, 290, 200, 84, ("words of a report;", "denotes what they name")),
    Box("Report", "evidence", 24, 494, 200, 64, ("one text, or one table",)),
    Box("Claim", "evidence", 344, 290, 164, 84, ("polarity, modality,", "certainty")),
    Box("Assessment", "record", 110, 656, 170, 64, ("what a reviewer said",)),
    Box("ClaimConflict", "record", 302, 656, 146, 64, ("cannot all be true",)),
    Box("Inference", "record", 464, 656, 100, 64, ("rule, time",)),
    Box(
        "Situation", "situation", 632, 96, 470, 648, ("anything a source can say is, or is not, the case",),
        foot=("each has a kind and a computed status;", "one told in a report describes the canonical one"),
    ),
    Box(
        "Event", "part", 652, 178, 430, 84,
        ("Conflict · Operation · Siege · Capture · Ceasefire · …", "Engagement: Assault · AirStrike · Shelling · Bombing"),
    ),
    Box("Outcome", "part", 652, 352, 96, 46),
    Box("CasualtyEstimate", "part", 758, 352, 170, 46),
    Box("MaterielUse", "part", 938, 352, 124, 46),
    Box("Participation", "part", 652, 438, 430, 64, ("a role: attacker, defender, target, supporter, …",)),
    Box(
        "Relation", "part", 652, 532, 430, 104,
        ("Membership · SideAlignment · AllianceTie", "Opposition · Support · Command", "Control · SpatialRelation"),
    ),
    Box("Actor", "world", 1318, 178, 192, 104, ("Person · State · Side", "Organization · Alliance", "Collective · …")),
    Box("Place", "world", 1318, 580, 192, 84, ("Settlement · Area", "Facility · Route")),
    Box("TimeExtent", "world", 1318, 704, 192, 64, ("EDTF, and four bounds",)),
)  # fmt: skip

ARROWS = (
    Arrow("Claim", ("attributedTo",), "Source", ((364, 290), (364, 128), (224, 128)), (294, 120)),
    Arrow("Claim", ("groundedIn",), "Mention", ((344, 332), (224, 332)), (284, 324)),
    Arrow("Claim", ("inReport",), "Report", ((364, 374), (364, 526), (224, 526)), (294, 518)),
    Arrow("Mention", ("inReport",), "Report", ((124, 374), (124, 494)), (134, 439), "start"),
    Arrow("Claim", ("asserts",), "Situation", ((508, 332), (632, 332)), (575, 324)),
    Arrow(
        "Claim", ("contradicts", "corroborates"), "Claim",
        ((450, 290), (450, 244), (542, 244), (542, 308), (508, 308)), (496, 236),
    ),
    Arrow("Assessment", ("assesses",), "Claim", ((195, 656), (195, 602), (389, 602), (389, 374)), (292, 594)),
    Arrow("ClaimConflict", ("conflictMember",), "Claim", ((426, 656), (426, 374)), (418, 637), "end"),
    Arrow("Inference", ("basis",), "Claim", ((488, 656), (488, 374)), (498, 520), "start"),
    Arrow("Inference", ("premise",), "Situation", ((564, 688), (632, 688)), (597, 680)),
    Arrow("Source", ("embodies",), "Actor", ((124, 96), (124, 44), (1414, 44), (1414, 178)), (760, 36)),
    Arrow("Outcome", ("ofEvent",), "Event", ((700, 352), (700, 262)), (710, 314), "start"),
    Arrow("CasualtyEstimate", ("ofEvent",), "Event", ((843, 352), (843, 262)), (853, 314), "start"),
    Arrow("MaterielUse", ("ofEvent",), "Event", ((988, 352), (988, 262)), (998, 314), "start"),
    Arrow("Participation", ("ofEvent",), "Event", ((1072, 438), (1072, 262)), (1064, 424), "end"),
    Arrow("Event", ("involves",), "Actor", ((1082, 220), (1318, 220)), (1206, 212), derived=True),
    Arrow("Participation", ("actor",), "Actor", ((1082, 470), (1366, 470), (1366, 282)), (1206, 462)),
    Arrow(
        "Relation", ("member", "group", "party", "provider", "recipient"), "Actor", ((1082, 550), (1462, 550), (1462, 282)),
        (1206, 542), label_lines=("member, group, party, …",),
    ),
    Arrow("Relation", ("controlled", "figure", "ground"), "Place", ((1082, 608), (1318, 608)), (1206, 600)),
    Arrow("Situation", ("place",), "Place", ((1102, 692), (1366, 692), (1366, 664)), (1206, 684)),
    Arrow("Situation", ("time",), "TimeExtent", ((1102, 732), (1318, 732)), (1206, 724)),
)  # fmt: skip


def svg() -> str:
    """The picture, to stand in a page: its boxes lead to the anchors of the classes."""
    return "\n".join(_drawn())


def document(base: str) -> str:
    """The picture as a file of its own; its boxes lead to the terms at an address."""
    drawn = svg().replace('<a href="#', f'<a href="{escape(base)}#')
    first, _, rest = drawn.partition("\n")
    return f"{first}\n<style>{_STYLE}</style>\n{rest}\n"


def in_words() -> list[tuple[str, tuple[str, ...], str, bool]]:
    """What the arrows say, for those who do not see them: subject, properties, object, and whether it is derived."""
    return [(a.subject, a.properties, a.object, a.derived) for a in ARROWS]


_STYLE = """
text{font-family:system-ui,"Noto Sans","DejaVu Sans",sans-serif;fill:#1c1f23}.name{font-weight:600}
.ground{fill:#fff}.box rect{stroke-width:1.5;fill:#fff;stroke:#565d66}.box .words{fill:#565d66}
.evidence rect{fill:#eef4fa;stroke:#174a7c}.situation rect{fill:#fbf3ec;stroke:#8a3b12}.part rect{fill:#fff;stroke:#8a3b12}
.world rect{fill:#eef6ef;stroke:#2b6a35}.record rect{fill:#f5f0f8;stroke:#6b2f86}
.arrow path{fill:none;stroke:#565d66;stroke-width:1.5}.arrow.derived path{stroke-dasharray:6 4}.tip{fill:#565d66}
@media (prefers-color-scheme:dark){text{fill:#e6e8eb}.ground{fill:#15181c}.box .words{fill:#a9b1ba}
.evidence rect{fill:#1a2733;stroke:#8ab8e6}.situation rect{fill:#2b211a;stroke:#e0a37e}.part rect{fill:#1c1f23;stroke:#e0a37e}
.world rect{fill:#1b2a1f;stroke:#8fce9b}.record rect{fill:#271e2e;stroke:#c9a0e0}
.arrow path{stroke:#a9b1ba}.tip{fill:#a9b1ba}}
"""


def _drawn() -> Iterator[str]:
    yield (
        f'<svg class="core" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' aria-labelledby="core-title core-words">'
    )
    yield '<title id="core-title">The core of the ontology</title>'
    yield (
        '<desc id="core-words">A claim, in a report, attributed to a source and grounded in mentions, asserts a situation.'
        " Situations are events, relations, participations, outcomes, casualty estimates and uses of materiel; they have a time"
        " and a place, and actors take part in them.</desc>"
    )
    yield (
        '<defs><marker id="core-tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"'
        ' orient="auto-start-reverse"><path class="tip" d="M0 1L10 5L0 9z"/></marker></defs>'
    )
    yield f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>'
    for box in BOXES:
        yield from _box(box)
    for arrow in ARROWS:
        yield from _arrow(arrow)
    yield "</svg>"


def _box(box: Box) -> Iterator[str]:
    middle = box.x + box.width // 2
    yield f'<a href="#{box.name}" class="box {box.group}">'
    yield f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="6"/>'
    height = NAME + 21 * len(box.words)
    top = box.y + 28 if box.foot else box.y + (box.height - height) // 2 + NAME - 2
    yield f'<text class="name" x="{middle}" y="{top}" font-size="{NAME}" text-anchor="middle">{box.name}</text>'
    for number, words in enumerate(box.words, 1):
        y = top + 21 * number
        yield f'<text class="words" x="{middle}" y="{y}" font-size="{SMALL}" text-anchor="middle">{escape(words)}</text>'
    for number, words in enumerate(box.foot, 1):
        y = box.y + box.height - 20 * (len(box.foot) - number) - 18
        yield f'<text class="words" x="{middle}" y="{y}" font-size="{SMALL}" text-anchor="middle">{escape(words)}</text>'
    yield "</a>"


def _arrow(arrow: Arrow) -> Iterator[str]:
    path = "M" + " L".join(f"{x} {y}" for x, y in arrow.points)
    yield f'<g class="arrow{" derived" if arrow.derived else ""}"><path d="{path}" marker-end="url(#core-tip)"/>'
    x, y = arrow.label
    for number, words in enumerate(arrow.lines):
        at = f'x="{x}" y="{y + 16 * number}"'
        yield f'<text class="label" {at} font-size="{SMALL}" text-anchor="{arrow.anchor}">{escape(words)}</text>'
    yield "</g>"

"""The example reports agree with themselves and with the frozen annotation scheme.

Invariant: of every ``examples/*.ann``, the third column of a text-bound line equals the text at its offsets (code points),
every label, role, link, attribute and value is one that ``annotation.conf`` allows where it stands, every identifier that is
used is defined once, and the metadata name the report and the hash of its text. The scheme is the annotation guidelines',
frozen in brat's configuration; each check is shown to fire on a damaged copy of a report.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
REPORTS = 13
ANNOTATIONS = {  # lines of each kind over all reports: a file cut short would pass every other check
    "T": 1003,
    "E": 335,
    "R": 248,
    "*": 2,
    "A": 472,
    "N": 69,
    "#": 29,
}
WITH_REFERENCES = [
    "aleppo-2016-07-siege",
    "aleppo-2016-08-ramouseh",
    "aleppo-2016-09-truce",
    "aleppo-2016-12-end",
    "syria-2017-03-palmyra",
    "syria-2017-07-idlib",
]
METADATA_KEYS = ("id", "title", "publisher", "language", "issued", "textSha256", "rights", "scheme")
STEMS = sorted(path.stem for path in EXAMPLES.glob("*.ann"))


@dataclass(frozen=True)
class Scheme:
    """What ``annotation.conf`` allows, macros expanded: a slot is its multiplicity and the kinds that may fill it."""

    entities: frozenset[str]
    links: Mapping[str, tuple[frozenset[str], frozenset[str]]]
    events: Mapping[str, Mapping[str, tuple[str, frozenset[str]]]]
    attributes: Mapping[str, tuple[frozenset[str], frozenset[str]]]


@dataclass(frozen=True)
class Standoff:
    """One report's text and the fields of its annotation lines."""

    text: str
    lines: tuple[tuple[str, ...], ...]

    def of(self, prefix: str) -> Iterator[tuple[str, ...]]:
        """The lines whose identifier begins with the prefix."""
        return (line for line in self.lines if line[0].startswith(prefix))

    def labels(self) -> dict[str, str]:
        """The label of each text-bound annotation and event."""
        return {line[0]: re.split(r"[ :]", line[1])[0] for line in self.lines if line[0][0] in "TE"}


def read_scheme(path: Path) -> Scheme:
    """Read brat's configuration of the scheme."""
    sections: dict[str, dict[str, list[tuple[str, str]]]] = {}
    section: dict[str, list[tuple[str, str]]] = {}
    macros: dict[str, str] = {}
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = raw.strip()
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            section = sections.setdefault(heading[1], {})
            macros = {}
        elif macro := re.fullmatch(r"(<\w+>)=(\S+)", line):
            macros[macro[1]] = macro[2]
        elif line and line[0] not in "#!<":
            for name, value in macros.items():
                line = line.replace(name, value)
            label, _, rest = line.partition("\t")
            section[label] = [(a.partition(":")[0], a.partition(":")[2]) for a in rest.split(", ")] if rest else []
    entities = frozenset(sections["entities"])
    events = frozenset(sections["events"])

    def kinds(value: str) -> frozenset[str]:
        wide = {"<ENTITY>": entities, "<EVENT>": events, "<ANY>": entities | events}
        return frozenset().union(*(wide.get(part, {part}) for part in value.split("|")))

    return Scheme(
        entities=entities,
        links={k: (kinds(dict(v)["Arg1"]), kinds(dict(v)["Arg2"])) for k, v in sections["relations"].items()},
        events={
            k: {r.rstrip("*+?"): (r[len(r.rstrip("*+?")) :], kinds(f)) for r, f in v} for k, v in sections["events"].items()
        },
        attributes={
            k: (kinds(dict(v)["Arg"]), frozenset(dict(v).get("Value", "").split("|")))
            for k, v in sections["attributes"].items()
        },
    )


def read_report(stem: str) -> Standoff:
    """Read one example as it lies on disk."""
    return standoff(
        (EXAMPLES / f"{stem}.txt").read_bytes().decode("utf-8"), (EXAMPLES / f"{stem}.ann").read_bytes().decode("utf-8")
    )


def standoff(text: str, annotation: str) -> Standoff:
    """Split the annotation into lines and fields."""
    return Standoff(text, tuple(tuple(line.split("\t")) for line in annotation.split("\n") if line))


def span_problems(report: Standoff) -> list[str]:
    """Text-bound lines whose third column is not the text at their offsets."""
    found = []
    for ident, body, quote in report.of("T"):
        fragments = [tuple(map(int, part.split())) for part in body.partition(" ")[2].split(";")]
        inside = all(0 <= begin < end <= len(report.text) for begin, end in fragments)
        if not inside or " ".join(report.text[begin:end] for begin, end in fragments) != quote:
            found.append(f"{ident}: {quote!r} is not the text at {fragments}")
    return found


def identifier_problems(report: Standoff) -> list[str]:
    """Identifiers that are defined twice, or used and not defined."""
    defined = [line[0] for line in report.lines if line[0] != "*"]
    found = [f"{ident}: defined twice" for ident in sorted({i for i in defined if defined.count(i) > 1})]
    for line in report.lines:
        if line[0][0] != "T":
            used = re.findall(r"(?<=[ :])[TE]\d+(?=\s|$)", line[1])
            found += [f"{line[0]}: {ident} is not defined" for ident in used if ident not in defined]
    return found


def scheme_problems(report: Standoff, scheme: Scheme) -> list[str]:
    """Labels, roles, links, attributes and values that the scheme does not allow where they stand."""
    labels = report.labels()
    found = [f"{i}: no label {labels[i]}" for i, *_ in report.of("T") if labels[i] not in scheme.entities | set(scheme.events)]
    for ident, body in report.of("E"):
        found += [f"{ident}: {problem}" for problem in event_problems(body, labels, scheme)]
    for ident, body in report.of("R"):
        name, left, right = body.split(" ")
        ends = scheme.links.get(name, (frozenset(), frozenset()))
        if any(labels[arg.partition(":")[2]] not in end for arg, end in zip((left, right), ends, strict=True)):
            found.append(f"{ident}: {body} is no link of the scheme")
    for ident, body in report.of("A"):
        name, target, value = (*body.split(" "), "")[:3]
        subjects, values = scheme.attributes.get(name, (frozenset(), frozenset()))
        if labels[target] not in subjects or value not in values:
            found.append(f"{ident}: {body} is no attribute of the scheme")
    return found


def event_problems(body: str, labels: Mapping[str, str], scheme: Scheme) -> Iterator[str]:
    """What is wrong with the trigger and the arguments of one event."""
    head, *arguments = body.split(" ")
    label, _, trigger = head.partition(":")
    roles = scheme.events.get(label)
    if roles is None or labels[trigger] != label:
        yield f"trigger {trigger} is no {label}"
        return
    counted = dict.fromkeys(roles, 0)
    for argument in arguments:
        numbered, _, filler = argument.partition(":")
        role = numbered.rstrip("0123456789")
        if role not in roles or labels[filler] not in roles[role][1]:
            yield f"{label} has no {role} that is a {labels[filler]}"
        else:
            counted[role] += 1
    for role, (multiplicity, _) in roles.items():
        lowest, highest = {"*": (0, None), "+": (1, None), "?": (0, 1), "": (1, 1)}[multiplicity]
        if counted[role] < lowest or (highest is not None and counted[role] > highest):
            yield f"{label} has {role} {counted[role]} times"


def required_kind_problems(report: Standoff) -> list[str]:
    """Relations and parts of events that lack the kind the guidelines require."""
    required = {
        "Control": "ControlKind",
        "Outcome": "OutcomeKind",
        "SpatialRelation": "SpatialKind",
        "CasualtyEstimate": "CasualtyKind",
        "Support": "SupportKind",
        "Participation": "ParticipationRole",
        "MaterielUse": "MaterielKind",
    }
    given = {tuple(body.split(" ")[:2]) for _, body in report.of("A")}
    labels = report.labels()
    return [
        f"{ident}: {labels[ident]} without {required[labels[ident]]}"
        for ident, *_ in report.of("E")
        if labels[ident] in required and (required[labels[ident]], ident) not in given
    ]


def reference_problems(report: Standoff) -> list[str]:
    """References that name neither a Wikidata item nor, on a mention of that sort, an actor or a place of the table."""
    places = {"Settlement", "Area", "Facility", "Route"}
    labels = report.labels()
    found = []
    for ident, body, _name in report.of("N"):
        match = re.fullmatch(r"Reference (T\d+) (?:sitgraph:(actor|place)/[a-z0-9-]+|wikidata:Q\d+)", body)
        if match is None or (match[2] and (labels[match[1]] in places) != (match[2] == "place")):
            found.append(f"{ident}: {body}")
    return found


def metadata_problems(stem: str, metadata: Mapping[str, str], text: bytes) -> list[str]:
    """Keys that are missing or unknown, another report's id, another text's hash."""
    found = [f"keys are {sorted(metadata)}"] if sorted(metadata) != sorted(METADATA_KEYS) else []
    if metadata.get("id") != stem:
        found.append(f"id {metadata.get('id')} is not {stem}")
    if metadata.get("textSha256") != hashlib.sha256(text).hexdigest():
        found.append("textSha256 is not the hash of the text")
    return found


@pytest.fixture(scope="module")
def scheme(shared: Path) -> Scheme:
    """The frozen scheme, from the shared data."""
    found = read_scheme(shared / "design" / "annotation" / "annotation.conf")
    assert (len(found.entities), len(found.events), len(found.links), len(found.attributes)) == (20, 30, 5, 15)
    return found


def test_number_of_reports() -> None:
    """All reports are here, each with its three files, and the folder holds no other annotation."""
    assert len(STEMS) == REPORTS
    assert sorted(p.stem for p in EXAMPLES.glob("*.txt")) == STEMS
    assert sorted(p.name.removesuffix(".meta.json") for p in EXAMPLES.glob("*.meta.json")) == STEMS


def test_number_of_annotations() -> None:
    """No line of any kind was lost."""
    lines = [line[0][0] for stem in STEMS for line in read_report(stem).lines]
    assert {kind: lines.count(kind) for kind in ANNOTATIONS} == ANNOTATIONS
    assert len(lines) == sum(ANNOTATIONS.values())


@pytest.mark.parametrize("stem", STEMS)
def test_report_agrees_with_its_text(stem: str) -> None:
    """Spans, identifiers, kinds and references hold."""
    report = read_report(stem)
    assert span_problems(report) == []
    assert identifier_problems(report) == []
    assert required_kind_problems(report) == []
    assert reference_problems(report) == []
    assert not set(report.text) & {"\r", "\ufeff"}
    assert not report.text.endswith("\n")


@pytest.mark.parametrize("stem", STEMS)
def test_metadata(stem: str) -> None:
    """The metadata belong to the text."""
    metadata = json.loads((EXAMPLES / f"{stem}.meta.json").read_bytes())
    assert metadata_problems(stem, metadata, (EXAMPLES / f"{stem}.txt").read_bytes()) == []


@pytest.mark.parametrize("stem", STEMS)
def test_report_agrees_with_the_scheme(stem: str, scheme: Scheme) -> None:
    """Every label, role, link, attribute and value is the scheme's."""
    assert scheme_problems(read_report(stem), scheme) == []


def test_some_reports_have_references_and_some_have_none() -> None:
    """Six reports lean on references, seven on the alias table alone."""
    assert [stem for stem in STEMS if any(read_report(stem).of("N"))] == WITH_REFERENCES


def test_table_names_every_report() -> None:
    """The table of the README gives each report's id, date, publisher and language."""
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for stem in STEMS:
        meta = json.loads((EXAMPLES / f"{stem}.meta.json").read_bytes())
        assert f"| `{stem}` | {meta['issued']} | {meta['publisher']} | {meta['language']} |" in readme


TEXT = "Rebels took Minyan on Sunday. Forty died."
GOOD = "\n".join(
    (
        "T1\tSide 0 6\tRebels",
        "T2\tArea 12 18\tMinyan",
        "T3\tTimeExpr 19 28\ton Sunday",
        "T4\tCapture 7 11\ttook",
        "T5\tCasualtyEstimate 36 40\tdied",
        "T6\tQuantity 30 35\tForty",
        "E1\tCapture:T4 Attacker:T1 Place:T2 Time:T3",
        "E2\tCasualtyEstimate:T5 OfEvent:E1 Count:T6",
        "A1\tCasualtyKind E2 killed",
        "A2\tPlaceKind T2 neighbourhood",
        "R1\tSaysThat Arg1:T1 Arg2:E2",
        "N1\tReference T1 sitgraph:actor/syrian-rebels\tSyrian rebels",
    )
)
SCHEME_DAMAGES = [
    ("Side 0 6", "Faction 0 6"),
    ("Capture:T4", "Siege:T4"),
    ("Attacker:T1", "Besieger:T1"),
    ("Attacker:T1", "Attacker:T2"),
    ("OfEvent:E1 ", ""),
    ("Count:T6", "Count:T6 Count2:T6"),
    ("CasualtyKind E2 killed", "CasualtyKind E2 beaten"),
    ("PlaceKind T2 neighbourhood", "ActorKind T2 party"),
    ("SaysThat Arg1:T1 Arg2:E2", "SaysThat Arg1:T2 Arg2:E2"),
    ("SaysThat Arg1:T1 Arg2:E2", "Quotes Arg1:T1 Arg2:E2"),
]


def damaged(old: str, new: str) -> Standoff:
    """The good annotation with one thing wrong."""
    assert GOOD.count(old) == 1
    return standoff(TEXT, GOOD.replace(old, new))


def test_good_report_is_silent(scheme: Scheme) -> None:
    """The report that is damaged below has nothing wrong with it."""
    report = standoff(TEXT, GOOD)
    checks = span_problems(report) + identifier_problems(report) + required_kind_problems(report) + reference_problems(report)
    assert checks + scheme_problems(report, scheme) == []


@pytest.mark.parametrize(("old", "new"), SCHEME_DAMAGES)
def test_scheme_check_fires(old: str, new: str, scheme: Scheme) -> None:
    """What the scheme does not allow is found."""
    assert scheme_problems(damaged(old, new), scheme)


def test_other_checks_fire() -> None:
    """A wrong span, identifier, kind, reference or hash is found."""
    assert span_problems(damaged("12 18", "12 17"))
    assert span_problems(damaged("36 40", "36 400"))
    assert identifier_problems(damaged("Arg2:E2", "Arg2:E9"))
    assert identifier_problems(damaged("T6\tQuantity", "T5\tQuantity"))
    assert required_kind_problems(damaged("A1\tCasualtyKind E2 killed", "A1\tDenied E2"))
    assert reference_problems(damaged("sitgraph:actor/", "sitgraph:place/"))
    assert reference_problems(damaged("sitgraph:actor/", "wiki:"))
    assert reference_problems(damaged("sitgraph:actor/", "wikidata:"))
    right = {**dict.fromkeys(METADATA_KEYS, ""), "id": "a", "textSha256": hashlib.sha256(b"text").hexdigest()}
    assert metadata_problems("a", right, b"text") == []
    assert metadata_problems("a", right, b"text ")
    assert metadata_problems("b", right, b"text")
    assert metadata_problems("a", {**right, "author": "x"}, b"text")

"""WebAnno TSV: the suite of the format against its CAS, the sitgraph layers against brat, and whatever else a file may hold."""

from __future__ import annotations

import gzip
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import Problem, ReadError
from kg.model import AnnotatedReport, Link, Mention, Reference, Report, TextSpan, quote_of
from kg.readers import Reader, Walk, _source, brat, walk, webanno_tsv
from kg.readers._tsv3 import MAX_GAP, Tsv3, tsv3
from kg.readers._tsv3_cells import MAX_COLUMNS, stacked, unescaped_text, unescaped_value
from kg.readers._tsv3_rows import MAX_ANNOTATIONS
from kg.readers._utf16 import Utf16, units

TOY = Path(__file__).parent / "data" / "webanno_tsv" / "toy"
READER: Reader = webanno_tsv
HEADER = "#FORMAT=WebAnno TSV 3.3\n"

# What the CAS holds but a row cannot: the format moves an annotation without width, or with space at its ends, to a token.
MOVED = {
    "testAnnotationWithLeadingWhitespaceAtStart": ({(0, 4): 1}, {(1, 4): 1}),
    "testAnnotationWithTrailingWhitespaceAtEnd": ({(4, 8): 1}, {(4, 7): 1}),
}


def only(path: Path, default_id: str = "", annotator: str = "") -> AnnotatedReport:
    (found,) = webanno_tsv.read(path, default_id, annotator)
    assert isinstance(found, AnnotatedReport), found
    return found


def refused(path: Path, annotator: str = "") -> Problem:
    (found,) = webanno_tsv.read(path, "", annotator)
    assert isinstance(found, Problem)
    assert found.severity == "rejected"
    return found


def content(*lines: str) -> Tsv3:
    return tsv3(HEADER + "".join(line + "\n" for line in lines), "x.tsv")


def told(read: Tsv3) -> list[str]:
    return [f"{p.line} {p.severity}: {p.message}" for p in read.content.problems]


def said(read: Tsv3) -> list[tuple[str, str]]:
    return [(m.label, m.quote) for m in read.content.mentions]


def links(read: Tsv3) -> list[tuple[str, str, str]]:
    quotes = {m.id: m.quote for m in read.content.mentions}
    return [(k.label, quotes[k.source], quotes[k.target]) for k in read.content.links]


SPAN = "#T_SP=webanno.custom.Span|value"
RELATION = "#T_RL=webanno.custom.Relation|value|BT_webanno.custom.Span"
CHAIN = "#T_CH=webanno.custom.Link|referenceRelation|referenceType"
SLOT = "#T_SP=webanno.custom.Host|ROLE_webanno.custom.Host:links_webanno.custom.HostLink|webanno.custom.Span"


# -- the suite of the format, each file beside the CAS it was made from


def cas_of(path: Path) -> tuple[str, list[tuple[str, int, int]]]:
    """Text and annotations (type, UTF-16 offsets) of a CAS, read as plain XML: it shares nothing with the reader."""
    found = []
    text = ""
    for element in ET.parse(path).getroot():
        name = element.tag.removeprefix("{http:///").replace(".ecore}", ".").replace("/", ".")
        if name.endswith(".Sofa"):
            text = element.attrib["sofaString"]
        elif "begin" in element.attrib:
            found.append((name, int(element.attrib["begin"]), int(element.attrib["end"])))
    return text, found


def is_mention(name: str) -> bool:
    return "dkpro.core.api.ner" in name or (name.startswith("webanno.custom.") and "Relation" not in name)


@pytest.fixture(scope="module")
def suite(shared: Path) -> list[Path]:
    return sorted((shared / "data/uima/webanno-tsv/tsv3-suite").iterdir())


def test_suite_is_read_in_full(suite: list[Path]) -> None:
    reads = {case.name: only(case / "reference.tsv") for case in suite}
    assert len(reads) == 45
    problems = Counter(p.severity for r in reads.values() for p in r.problems if p.line)
    assert sum(len(r.mentions) for r in reads.values()) == 105
    assert sum(len(r.links) for r in reads.values()) == 26
    assert problems == {"rejected": 14, "warning": 4}
    of_structure = [p for r in reads.values() for p in r.problems if p.message.startswith("structure of the text")]
    assert sorted(p.message.partition(": ")[2] for p in of_structure) == [
        "1 Dependency, 2 POS",
        "1 Lemma, 1 MorphologicalFeatures, 1 POS, 1 Stem",
        "1 POS",
        "1 SurfaceForm",
    ]


def test_suite_agrees_with_its_cas(suite: list[Path]) -> None:
    """The same text, and the same spans of the same words, but for what the format moves and for what covers no words."""
    compared = 0
    for case in suite:
        if not (case / "reference.xmi").exists():
            continue
        text, annotations = cas_of(case / "reference.xmi")
        report = only(case / "reference.tsv")
        assert report.text.rstrip() == text.rstrip(), case.name
        expected = Counter((b, e) for name, b, e in annotations if is_mention(name) and b < e)
        found = Counter((m.fragments[0].start, m.fragments[-1].end) for m in report.mentions if m.label != "Token")  # type: ignore[union-attr]  # spans
        before, after = MOVED.get(case.name, ({}, {}))
        assert found == expected - Counter(before) + Counter(after), case.name
        assert all(m.quote == quote_of(text, m.fragments) for m in report.mentions)  # type: ignore[arg-type]  # spans
        empty = [p for p in report.problems if "covers no text" in p.message]
        assert len(empty) == sum(is_mention(name) and b == e for name, b, e in annotations), case.name
        compared += 1
    assert compared == 44


def test_suite_has_the_links_of_its_cas(suite: list[Path]) -> None:
    """Relations, slots and steps of chains: each is a link, or a problem says that it ends at what covers no words."""
    pattern = re.compile(r"<custom:(?:\w*Relation |\w*Link\w* [^>]*\btarget=|SimpleLink [^>]*\bnext=)")
    expected = found = without = 0
    for case in suite:
        if (case / "reference.xmi").exists():
            report = only(case / "reference.tsv")
            expected += len(pattern.findall((case / "reference.xmi").read_text(encoding="utf-8")))
            found += len(report.links)
            without += sum(p.message.startswith(("without the link", "a chain without")) for p in report.problems)
    assert (expected, found, without) == (28, 24, 4)


def test_a_long_file_with_chains(shared: Path) -> None:
    report = only(shared / "data/uima/webanno-tsv/tsv3/coref.tsv.gz")
    assert report.report.id == "coref"
    assert (len(report.text), len(report.mentions), len(report.links)) == (26568, 725, 562)
    assert {k.label for k in report.links} == {"Coref"}
    assert Counter(m.label for m in report.mentions).most_common(2) == [("CM", 649), ("PER", 74)]
    assert [p.message for p in report.problems] == ["structure of the text, which names nothing, is not kept: 4993 Lemma"]


def test_several_annotators_of_one_text(shared: Path) -> None:
    """Each folder is one report, of the curator whoever is asked for; nobody's name is in it, and what is not read is told."""
    folder = shared / "data/uima/multi-annotator/curation/testsuite"
    counts = {}
    for name in ("", "user1"):
        chosen = [x for x in walk([folder], "webanno-tsv", annotator=name) if isinstance(x, AnnotatedReport)]
        assert [r.report.id for r in chosen] == [Path(r.path).name for r in chosen] == sorted(p.name for p in folder.iterdir())
        assert len(chosen) == 11
        for report in chosen:
            assert "the curated annotation is read; 2 by others are not" in [p.message for p in report.problems]
        counts[name] = sum(len(r.mentions) for r in chosen)
    assert counts == {"": 0, "user1": 0}


def test_a_copy_that_is_given_itself_is_read(shared: Path) -> None:
    folder = shared / "data/uima/multi-annotator/curation/testsuite"
    counts = {}
    for name in ("curator", "user1", "user2"):
        found = [r for p in sorted(folder.iterdir()) for r in walk([p / f"{name}.tsv"])]
        chosen = [r for r in found if isinstance(r, AnnotatedReport)]
        assert [r.report.id for r in chosen] == sorted(p.name for p in folder.iterdir())
        assert not any(name in str(r).replace("curated", "") for r in chosen)
        counts[name] = sum(len(r.mentions) for r in chosen)
    assert counts == {"curator": 0, "user1": 6, "user2": 7}


def test_files_laid_out_as_a_project_are_one_report_a_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The curated copy lies in another folder; a name of an annotator is no id, even if nobody else annotated."""
    files = ("curation/a.txt/CURATION_USER", "annotation/a.txt/ann", "annotation/a.txt/INITIAL_CAS", "annotation/b.txt/ann")
    for name in files:
        (tmp_path / f"{name}.tsv").parent.mkdir(parents=True, exist_ok=True)
        row = f"{SPAN}\n\n\n#Text=a\n1-1\t0-1\ta\tby {name.split('/')[0]}\t\n"
        (tmp_path / f"{name}.tsv").write_text(HEADER + row)
    found = [r for r in walk([tmp_path]) if isinstance(r, AnnotatedReport)]
    assert {r.report.id: [m.label for m in r.mentions] for r in found} == {"a": ["by curation"], "b": ["by annotation"]}
    assert not any("ann.tsv" in str(r) for r in found)
    monkeypatch.chdir(tmp_path / "annotation" / "b.txt")
    (report,) = walk([Path("ann.tsv")])
    assert isinstance(report, AnnotatedReport)
    assert (report.report.id, "ann.tsv" in str(report)) == ("b", False)


def test_detect_takes_only_tsv_3(shared: Path) -> None:
    files = [p for p in (shared / "data").rglob("*") if p.is_file()]
    taken = Counter(str(p.relative_to(shared / "data/uima")).split("/")[0] for p in files if webanno_tsv.detect(p))
    assert taken == {"webanno-tsv": 46, "multi-annotator": 33}
    older = [p for p in files if p.suffix == ".tsv" and "uima" in p.parts and not webanno_tsv.detect(p)]
    assert len(older) == 15
    reasons = Counter(refused(path).message.partition(",")[0] for path in older)
    assert reasons == {"WebAnno TSV 2 has no offsets": 14, "WebAnno TSV 1 has no offsets": 1}


# -- the sitgraph layers say what brat says


def test_toy_report_is_the_same_as_in_brat() -> None:
    report = only(TOY / "report.tsv")
    assert report.problems == ()
    (expected,) = brat.read(TOY / "report.ann")
    assert isinstance(expected, AnnotatedReport)
    assert expected.problems == ()
    assert report.canonical() == expected.canonical()
    assert (len(report.mentions), len(report.links)) == (9, 8)


def test_the_layer_of_the_report_stands_in_for_metadata(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_bytes((TOY / "report.tsv").read_bytes())
    assert only(tmp_path / "x.tsv").report == Report("toy", "Two dead", "Radio Nadir", issued="2016-08-15")
    (tmp_path / "metadata.csv").write_text("file,title\nx.tsv,Another title\n")
    assert only(tmp_path / "x.tsv").report == Report("toy", "Another title", "Radio Nadir", issued="2016-08-15")


def test_a_date_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text((TOY / "report.tsv").read_text(encoding="utf-8").replace("2016-08-15", "in August"))
    report = only(tmp_path / "x.tsv")
    assert report.report.issued == ""
    assert [p.message for p in report.problems] == [
        "SitgraphReport: issued must be an ISO 8601 date or date-time, found 'in August': not used"
    ]


# A writer of the format, for tests: the sitgraph layers of a report, every annotation numbered.

FEATURES = ("label", "reference", "referenceName", "note", "fragments")
LINKS = ("Coref", "Within", "SameSituation", "Contradicts")
RESERVED = re.compile(r"->|[\\\[\]|_;*]")


def escaped(value: str) -> str:
    return RESERVED.sub(lambda m: "\\" + m[0], value).replace("\t", "\\t").replace("\n", "\\n") if value else "*"


def escaped_line(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\r", "\\r").replace("\f", "\\f").replace("\b", "\\b")


def written(report: AnnotatedReport) -> str:
    """The report in WebAnno TSV 3.3."""
    unit = [0]
    for character in report.text:
        unit.append(unit[-1] + 1 + (character > "\uffff"))
    arguments: dict[str, list[Link]] = {}
    related: dict[str, list[Link]] = {}
    for link in report.links:
        if link.label in LINKS:
            related.setdefault(link.target, []).append(link)
        elif link.label == "SaysThat":
            arguments.setdefault(link.target, []).append(Link(link.label, link.target, link.source))
        else:
            arguments.setdefault(link.source, []).append(link)
    extra = sorted({name[:1].lower() + name[1:] for m in report.mentions for name, _ in m.attributes})
    number = {m.id: n for n, m in enumerate(report.mentions, 1)}
    is_situation = {m.id: m.id in arguments for m in report.mentions}
    rows = list(_units(report))
    first = {m.id: next(name for name, s, e in rows if m in _on(report, (name, s, e), rows)) for m in report.mentions}

    def span_cells(marks: Sequence[Mention]) -> list[str]:
        wanted = (*FEATURES, *extra)
        return ["|".join(f"{escaped(_feature(m, f, unit))}[{number[m.id]}]" for m in marks) or "_" for f in wanted]

    def slot_cells(marks: Sequence[Mention]) -> list[str]:
        roles = "|".join((";".join(escaped(k.label) for k in arguments[m.id]) or "_") + f"[{number[m.id]}]" for m in marks)
        goals = "|".join(";".join(f"{first[k.target]}[{number[k.target]}]" for k in arguments[m.id]) for m in marks)
        return [roles or "_", goals or "_"]

    def relation_cells(marks: Sequence[Mention], name: str) -> list[str]:
        here = [k for m in marks if first[m.id] == name for k in related.get(m.id, [])]
        ends = [f"{first[k.source]}[{number[k.source]}_{number[k.target]}]" for k in here]
        return ["|".join(k.label for k in here) or "_", "|".join(ends) or "_"]

    custom = "webanno.custom.Sitgraph"
    names = "|".join((*FEATURES, *extra))
    slot = f"ROLE_{custom}Situation:arguments_{custom}SituationArgumentsLink|uima.tcas.Annotation"
    out = [f"#T_SP={custom}Mention|{names}", f"#T_SP={custom}Situation|{slot}|{names}"]
    out += [f"#T_RL={custom}{kind}Link|label|BT_{custom}{kind}" for kind in ("Mention", "Situation")]
    out += ["", "", *(f"#Text={escaped_line(line)}" for line in report.text.split("\n"))]
    for name, start, end in rows:
        marks = _on(report, (name, start, end), rows)
        mentions = [m for m in marks if not is_situation[m.id]]
        situations = [m for m in marks if is_situation[m.id]]
        cells = [*span_cells(mentions), *slot_cells(situations), *span_cells(situations)]
        cells += [*relation_cells(mentions, name), *relation_cells(situations, name)]
        out.append("\t".join([name, f"{unit[start]}-{unit[end]}", report.text[start:end], *cells, ""]))
    return HEADER + "\n".join(out) + "\n"


def _feature(m: Mention, name: str, unit: Sequence[int]) -> str:
    values = {
        **{name[:1].lower() + name[1:]: value for name, value in m.attributes},
        "label": m.label,
        "reference": "|".join(r.iri for r in m.references),
        "referenceName": "|".join(r.name for r in m.references),
        "note": "".join(m.notes),
        "fragments": ";".join(f"{unit[f.start]}-{unit[f.end]}" for f in m.fragments) if len(m.fragments) > 1 else "",  # type: ignore[union-attr]  # spans
    }
    return values.get(name, "")


def _extent(m: Mention) -> tuple[int, int]:
    return m.fragments[0].start, m.fragments[-1].end  # type: ignore[union-attr]  # spans


def _units(report: AnnotatedReport) -> Iterator[tuple[str, int, int]]:
    """The tokens, each followed by the parts of it that begin or end an annotation."""
    for n, token in enumerate(re.finditer(r"\w+|[^\w\s]", report.text), 1):
        yield f"1-{n}", token.start(), token.end()
        parts = {(max(s, token.start()), min(e, token.end())) for s, e in map(_extent, report.mentions)}
        for k, (s, e) in enumerate(sorted(p for p in parts if p[0] < p[1] and p != token.span()), 1):
            yield f"1-{n}.{k}", s, e


def _on(report: AnnotatedReport, row: tuple[str, int, int], rows: Sequence[tuple[str, int, int]]) -> list[Mention]:
    """The mentions that stand in a row: on the token where they cover it, else on the part that they cover."""
    name, start, end = row
    _, first, last = next(r for r in rows if r[0] == name.partition(".")[0])
    return [
        m
        for m in report.mentions
        for s, e in (_extent(m),)
        if max(s, first) < min(e, last) and (max(s, first), min(e, last)) == (start, end)
    ]


def test_seed_report_in_tsv_is_the_same_as_in_brat(shared: Path, tmp_path: Path) -> None:
    (expected,) = brat.read(shared / "data/seed-report/mesop-aleppo.ann")
    assert isinstance(expected, AnnotatedReport)
    (tmp_path / "mesop-aleppo.tsv").write_text(written(expected), encoding="utf-8")
    (tmp_path / "mesop-aleppo.meta.json").write_bytes((shared / "data/seed-report/mesop-aleppo.meta.json").read_bytes())
    report = only(tmp_path / "mesop-aleppo.tsv")
    assert report.problems == ()
    assert report.canonical() == expected.canonical()


words = st.text(st.sampled_from("ab é\u0301ع中🚁𐍈 \t\n\\|[]_*;-'‍."), min_size=1, max_size=40)
names = st.text(st.sampled_from("ab_|*[]\\;->é🚁 "), min_size=1, max_size=6).map(lambda s: f"x{s.strip()}")


@st.composite
def annotated(draw: st.DrawFn) -> AnnotatedReport:
    """Reports that the format can carry: no annotation begins or ends in white space."""
    text = "x" + draw(words) + "x"
    at = [i for i, c in enumerate(text) if not c.isspace()]
    mentions = []
    for n in range(draw(st.integers(0, 6))):
        start = draw(st.sampled_from(at))
        end = draw(st.sampled_from([i for i in at if i >= start])) + 1
        inside = range(start + 1, end - 1)
        cut = draw(st.none() | st.sampled_from(inside)) if inside else None
        fragments = (TextSpan(start, end),) if cut is None else (TextSpan(start, cut), TextSpan(cut + 1, end))
        references = draw(
            st.lists(st.builds(Reference, st.sampled_from(["wikidata:Q1", "x:a_b"]), st.just("n")), max_size=2, unique=True)
        )
        attributes = draw(st.dictionaries(st.sampled_from(["Generic", "ActorKind"]), names, max_size=2))
        notes = tuple(draw(st.lists(names, max_size=1)))
        mentions.append(
            Mention(
                f"a{n}", draw(names), fragments, quote_of(text, fragments),
                tuple(sorted(attributes.items())), tuple(sorted(references)), notes,
            )
        )  # fmt: skip
    found: set[tuple[str, str, str]] = set()
    if mentions:
        ids = st.sampled_from([m.id for m in mentions])
        found = draw(st.sets(st.tuples(st.sampled_from(["Side", "Place_of", "SaysThat"]), ids, ids), max_size=6))
        hosts = {t if label == "SaysThat" else s for label, s, t in found}
        alike = draw(st.sets(st.tuples(st.sampled_from(LINKS), ids, ids), max_size=4))
        found |= {k for k in alike if (k[1] in hosts) == (k[2] in hosts)}
    return AnnotatedReport(Report("r"), text, tuple(mentions), tuple(Link(*k) for k in sorted(found)), "sitgraph-1")


@given(annotated())
def test_what_is_written_is_read(report: AnnotatedReport) -> None:
    read = tsv3(written(report), "r.tsv")
    assert told(read) == []
    found = AnnotatedReport(report.report, read.text, read.content.mentions, read.content.links, "sitgraph-1")
    assert found.canonical() == report.canonical()


# -- quirks


def test_quirk_offsets_count_utf_16_units() -> None:
    read = content(SPAN, "", "", "#Text=I 😊 it", "1-1\t0-1\tI\t_\t", "1-2\t2-4\t😊\tA\t", "1-3\t5-7\tit\tB\t")
    assert [(m.label, m.fragments[0], m.quote) for m in read.content.mentions] == [
        ("A", TextSpan(2, 3), "😊"),
        ("B", TextSpan(4, 6), "it"),
    ]


@given(st.text(st.sampled_from("ab🚁𐍈é"), max_size=8))
def test_every_utf_16_offset_has_its_code_point_or_none(text: str) -> None:
    begins = {len(text[:n].encode("utf-16-le")) // 2: n for n in range(len(text) + 1)}
    counted = Utf16(text)
    assert counted.units == units(text) == max(begins)
    assert [counted.code_point(n) for n in range(-1, counted.units + 2)] == [
        begins.get(n) for n in range(-1, counted.units + 2)
    ]


def test_quirk_offset_inside_a_surrogate_pair() -> None:
    read = content(SPAN, "", "", "#Text=😊", "1-1\t0-2\t😊\t_\t", "1-1.1\t1-2\t?\tA\t")
    assert told(read) == [
        "7 rejected: 1-2 is no span of the text, which has 2 UTF-16 units: the row and all annotations on it are set aside"
    ]


def test_quirk_empty_and_annotation_without_value() -> None:
    read = content(SPAN, "", "", "#Text=a b", "1-1\t0-1\ta\t_\t", "1-2\t2-3\tb\t*\t")
    assert said(read) == [("Span", "b")]


def test_quirk_disambiguation_ids_and_stacks() -> None:
    read = content(SPAN, "", "", "#Text=a b c", "1-1\t0-1\ta\tX[1]|Y[2]\t", "1-2\t2-3\tb\tX[1]\t", "1-3\t4-5\tc\tY\t")
    assert said(read) == [("Y", "a"), ("X", "a b"), ("Y", "c")]


def test_quirk_escapes() -> None:
    value = r"\*\_\[\]\|\;\\\->\t\n"
    assert unescaped_value(value) == "*_[]|;\\->\t\n"
    assert stacked(r"a\|b|c\\|d") == [r"a\|b", r"c\\", "d"]
    read = content(SPAN, "", "", "#Text=a b", f"1-1\t0-1\ta\t{value}[1]|x\\\\[2]\t", "1-2\t2-3\tb\t\\[3\\]\t")
    assert said(read) == [("*_[]|;\\->\t\n", "a"), ("x\\", "a"), ("[3]", "b")]


def test_quirk_unknown_escape_stays_as_it_is() -> None:
    assert unescaped_value(r"a\qb\\t") == r"a\qb\t"


def test_quirk_relation_source_with_both_ids() -> None:
    read = content(SPAN, RELATION, "", "", "#Text=a b", "1-1\t0-1\ta\tX\t_\t_\t", "1-2\t2-3\tb\tY[1]|Z[2]\tr\t1-1[0_2]\t")
    assert links(read) == [("r", "a", "b")]
    assert [m.label for m in read.content.mentions if m.id == read.content.links[0].target] == ["Z"]


def test_quirk_sub_token_rows() -> None:
    read = content(SPAN, "", "", "#Text=abcdef", "1-1\t0-6\tabcdef\t_\t", "1-1.1\t0-4\tabcd\tX\t", "1-1.2\t2-6\tcdef\tY\t")
    assert said(read) == [("X", "abcd"), ("Y", "cdef")]


def test_quirk_annotation_without_width_is_set_aside() -> None:
    read = content(SLOT, SPAN, "", "", "#Text=a", "1-1\t0-1\ta\tp\t1-1.1\t_\t", "1-1.1\t1-1\t\t_\t_\tX\t")
    assert said(read) == [("Host", "a")]
    assert told(read) == [
        "7 rejected: without the link p: Span at offset 1 was set aside",
        "8 rejected: Span: covers no text, and a mention is of words",
    ]


def test_quirk_chain_number_is_no_disambiguation_id() -> None:
    rows = ["1-1\t0-1\ta\tcoref->1-1|*->2-1\tpr[1]|nam[2]\t", "1-2\t2-3\tb\t*->1-2\tpr[1]\t", "1-3\t4-5\tc\t*->2-2\t*[2]\t"]
    read = content(CHAIN, "", "", "#Text=a b c", *rows)
    assert said(read) == [("pr", "a"), ("nam", "a"), ("pr", "b"), ("Link", "c")]
    assert links(read) == [("Coref", "a", "b"), ("Coref", "a", "c")]
    assert read.content.mentions[0].attributes == (("referenceRelation", "coref"),)


def test_quirk_chain_columns_in_either_order() -> None:
    other = "#T_CH=webanno.custom.Link|referenceType|referenceRelation"
    read = content(other, "", "", "#Text=a b", "1-1\t0-1\ta\tpr[1]\t*->1-1\t", "1-2\t2-3\tb\tpr[1]\t*->1-2\t")
    assert links(read) == [("Coref", "a", "b")]


def test_quirk_slot_without_links_and_without_role() -> None:
    rows = ["1-1\t0-1\ta\t_\t*\t_\t", "1-2\t2-3\tb\t*;p\t1-3;1-3\t_\t", "1-3\t4-5\tc\t_\t_\tX\t"]
    read = content(SLOT, SPAN, "", "", "#Text=a b c", *rows)
    assert said(read) == [("Host", "a"), ("Host", "b"), ("X", "c")]
    assert links(read) == [("links", "b", "c"), ("p", "b", "c")]
    assert told(read) == []


def test_quirk_several_text_lines_and_gaps_between_sentences() -> None:
    read = content(
        "",
        "",
        "#Text=a",
        "#Text=b",
        "1-1\t0-1\ta\t",
        "1-2\t2-3\tb\t",
        "",
        "#Text=c",
        "2-1\t3-4\tc\t",
        "",
        "#Text=d",
        "3-1\t7-8\td\t",
    )
    assert read.text == "a\nbc\n  d"
    assert told(read) == []


def test_quirk_text_line_that_begins_before_its_first_token() -> None:
    read = content(SPAN, "", "", "#Text= a", "1-1\t1-2\ta\tX\t")
    assert (read.text, said(read)) == (" a", [("X", "a")])


def test_quirk_text_of_3_1_is_escaped_as_in_java() -> None:
    assert unescaped_text(r"a\u00e9\"\ud83d\ude0a\101\t", 1) == 'aé"😊A\t'
    assert unescaped_text(r"a\u00e9\t", 2) == r"a\u00e9" + "\t"
    assert unescaped_text(r"\ud83d", 0) == "\ufffd"


def test_quirk_carriage_return_is_kept_in_the_text() -> None:
    read = content(SPAN, "", "", r"#Text=a\r", "#Text=b", "1-1\t0-1\ta\t_\t", "1-2\t3-4\tb\tX\t")
    assert (read.text, said(read)) == ("a\r\nb", [("X", "b")])


def test_lines_that_end_in_crlf_are_read() -> None:
    read = tsv3((HEADER + f"{SPAN}\n\n\n#Text=a b\n1-1\t0-1\ta\tX\t\n1-2\t2-3\tb\t_\t\n").replace("\n", "\r\n"), "x.tsv")
    assert (read.text, said(read), told(read)) == ("a b", [("X", "a")], [])


def test_versions(tmp_path: Path) -> None:
    for version in ("3", "3.0", "3.1", "3.2", "3.3"):
        assert tsv3(f"\ufeff#FORMAT=WebAnno TSV {version}\n\n\n#Text=a\n1-1\t0-1\ta\t\n", "x").text == "a"
    with pytest.raises(ReadError, match=r"found WebAnno TSV 4\.0"):
        tsv3("#FORMAT=WebAnno TSV 4.0\n", "x")


# -- what is generic in layers


def test_label_and_attributes_of_other_layers() -> None:
    header = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value"
    opinion = "#T_SP=webanno.custom.Opinion|aspect|strength"
    flag = "#T_SP=webanno.custom.Flag|generic"
    cells = "http://www.wikidata.org/entity/Q159\tLOC\tA\t2\ttrue\t"
    read = content(header, opinion, flag, "", "", "#Text=a", f"1-1\t0-1\ta\t{cells}")
    assert [(m.label, m.attributes, m.references) for m in read.content.mentions] == [
        ("LOC", (), (Reference("wikidata:Q159"),)),
        ("Opinion", (("aspect", "A"), ("strength", "2")), ()),
        ("Flag", (("generic", "true"),), ()),
    ]


def test_structure_is_counted_and_kept_where_a_link_ends() -> None:
    relation = "#T_RL=webanno.custom.R|value|BT_de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
    lemma = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Lemma|value"
    read = content(lemma, relation, "", "", "#Text=a b", "1-1\t0-1\ta\tx\t_\t_\t", "1-2\t2-3\tb\ty\tr\t1-1\t")
    assert said(read) == [("Token", "a"), ("Token", "b")]
    assert links(read) == [("r", "a", "b")]
    assert told(read) == ["0 warning: structure of the text, which names nothing, is not kept: 2 Lemma"]


def test_what_a_relation_says_besides_its_label_is_told() -> None:
    relation = "#T_RL=webanno.custom.R|strong|value|BT_webanno.custom.Span"
    read = content(SPAN, relation, "", "", "#Text=a b", "1-1\t0-1\ta\tX\t_\t_\t_\t", "1-2\t2-3\tb\tY\ttrue\tr\t1-1\t")
    assert links(read) == [("r", "a", "b")]
    assert told(read) == ["8 warning: R.strong of 1 relations is not kept: a link carries its label only"]


# -- each check has a file that makes it fire

ONE = ("", "", "#Text=a b")
BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "no row": ((SPAN, *ONE, "1-1 0-1 a X"), "6 rejected: is no row of a token: '1-1 0-1 a X'"),
    "few columns": ((SPAN, *ONE, "1-1\t0-1\ta"), "6 rejected: has 3 columns, and the header declares 4"),
    "many columns": ((SPAN, *ONE, "1-1\t0-1\ta\tX\tY"), "6 rejected: has more columns than the header declares (4)"),
    "unit twice": ((SPAN, *ONE, "1-1\t0-1\ta\tX\t", "1-1\t2-3\tb\tX\t"), "7 rejected: this unit stands in line 6 already"),
    "other words": ((SPAN, *ONE, "1-1\t0-1\tz\tX\t"), "6 rejected: the text at 0-1 is 'a', the row says 'z'"),
    "beyond": ((SPAN, *ONE, "1-1\t0-1\ta\t_\t", "1-2\t2-9\tb\tX\t"), "7 rejected: 2-9 is no span of the text"),
    "reversed": ((SPAN, *ONE, "1-1\t0-1\ta\t_\t", "1-2\t3-2\tb\tX\t"), "7 rejected: 3-2 is no span of the text"),
    "unknown line": ((SPAN, *ONE, "#what=ever", "1-1\t0-1\ta\tX\t"), "6 warning: a line that is not read: '#what=ever'"),
    "no such source": ((SPAN, RELATION, *ONE, "1-1\t0-1\ta\tX\tr\t1-7\t"), "7 rejected: without the Relation from 1-7: "),
    "ambiguous": (
        (SPAN, RELATION, *ONE, "1-1\t0-1\ta\tX|Y\tr\t1-1\t"),
        "7 rejected: without the Relation from 1-1: there is more than one Span on the unit '1-1'",
    ),
    "wrong number": (
        (SPAN, RELATION, *ONE, "1-1\t0-1\ta\tX[1]\tr\t1-1[4_1]\t"),
        "7 rejected: without the Relation from 1-1[4_1]: there is no Span with the number 4",
    ),
    "relation from nowhere": ((SPAN, RELATION, *ONE, "1-1\t0-1\ta\tX\tr\t_\t"), "7 rejected: Relation {'value': 'r'} "),
    "relation values": (
        (SPAN, RELATION, *ONE, "1-1\t0-1\ta\tX\tr|s\t1-1\t"),
        "7 rejected: value has 2 values for 1 Relation: not kept",
    ),
    "stacks": (
        ("#T_SP=webanno.custom.Span|value|kind", *ONE, "1-1\t0-1\ta\tX|Y\tk\t"),
        "6 rejected: 'k' has 1 values for 2 annotations: not kept",
    ),
    "two numbers": (
        ("#T_SP=webanno.custom.Span|value|kind", *ONE, "1-1\t0-1\ta\tX[1]\tk[2]\t"),
        "6 rejected: one Span with two numbers, [1, 2]",
    ),
    "another value": (
        (SPAN, *ONE, "1-1\t0-1\ta\tX[1]\t", "1-2\t2-3\tb\tY[1]\t"),
        "7 rejected: value 'Y': line 6 says 'X' of the same annotation",
    ),
    "slot counts": ((SLOT, SPAN, *ONE, "1-1\t0-1\ta\tp;q\t1-1\tX\t"), "7 rejected: links: 2 roles (p;q) for 1 targets (1-1)"),
    "slot target": ((SLOT, SPAN, *ONE, "1-1\t0-1\ta\tp\t1-2\tX\t"), "7 rejected: without the links p 1-2: there is no Span"),
    "slots differ": (
        (SLOT, SPAN, *ONE, "1-1\t0-1\ta\tp[1]\t1-1\tX\t", "1-2\t2-3\tb\tq[1]\t1-1\tX\t"),
        "8 rejected: links q 1-1: line 7 says otherwise",
    ),
    "chain position": ((CHAIN, *ONE, "1-1\t0-1\ta\tnowhere\tpr[1]\t"), "6 rejected: 'nowhere' is no element of a chain"),
    "chain columns": ((CHAIN, *ONE, "1-1\t0-1\ta\t*->1-1|*->2-1\tpr[1]\t"), "6 rejected: a chain with 2 links"),
    "fragments": (
        ("#T_SP=webanno.custom.SitgraphMention|label|fragments", *ONE, "1-1\t0-1\ta\tX\t0-9\t"),
        "6 rejected: SitgraphMention: '0-9' is no fragment",
    ),
    "fragments elsewhere": (
        ("#T_SP=webanno.custom.SitgraphMention|label|fragments", *ONE, "1-1\t0-1\ta\tX\t2-3\t"),
        "6 rejected: SitgraphMention: its fragments 2-3 do not reach from its begin to its end",
    ),
    "reference": (
        ("#T_SP=webanno.custom.SitgraphMention|label|reference", *ONE, "1-1\t0-1\ta\tX\tsyria\t"),
        "6 rejected: without the reference 'syria': expected base:item",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_row(case: str) -> None:
    lines, expected = BAD[case]
    assert any(line.startswith(expected) for line in told(content(*lines))), told(content(*lines))


def test_an_annotation_with_a_row_that_was_set_aside_is_set_aside() -> None:
    read = content(SPAN, RELATION, *ONE, "1-1\t0-1\ta\tX[1]\t_\t_\t", "1-2\t2-3\tz\tX[1]\tr\t1-1[1_1]\t")
    assert said(read) == []
    assert len(told(read)) == 2


UNREADABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "sentence in a sentence": (("", "", "#Text=abc", "1-1\t0-3\tabc\t", "", "#Text=d", "2-1\t1-2\td\t"), "begins at offset 1"),
    "gap": (("", "", "#Text=a", f"1-1\t{MAX_GAP + 1}-{MAX_GAP + 2}\ta\t"), "leaves gaps of more than MAX_GAP"),
    "columns": (("#T_SP=webanno.custom.Span" + "|x" * (MAX_COLUMNS + 2), "", ""), "more than MAX_COLUMNS"),
    "layer": (("#T_XX=webanno.custom.Span|x", "", ""), "no layer is declared like this"),
    "relation": (("#T_RL=webanno.custom.R|value", "", ""), "must be BT_"),
    "chain": (("#T_CH=webanno.custom.C|value", "", ""), "must have referenceType and referenceRelation"),
    "slot": (("#T_SP=webanno.custom.S|ROLE_webanno.custom.S:x_webanno.custom.T", "", ""), "or no column of targets"),
    "annotations": ((SPAN, *ONE, "1-1\t0-1\ta\t" + "|".join("*" * (MAX_ANNOTATIONS + 1)) + "\t"), "more than MAX_ANNOTATIONS"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNREADABLE)
def test_file_that_is_refused(case: str) -> None:
    lines, expected = UNREADABLE[case]
    with pytest.raises(ReadError, match=expected):
        content(*lines)


def test_number_of_cases() -> None:
    assert (len(BAD), len(UNREADABLE)) == (24, 8)


# -- files


def test_gzip_is_read_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.tsv.gz"
    data = gzip.compress(TOY.joinpath("report.tsv").read_bytes())
    path.write_bytes(data)
    assert webanno_tsv.detect(path)
    assert len(only(path).mentions) == 9
    path.write_bytes(data[:-9])
    assert "is gzip, and damaged" in refused(path).message
    path.write_bytes(b"\x1f\x8b" + b"nothing")
    assert not webanno_tsv.detect(path)
    assert "is gzip, and damaged" in refused(path).message
    path.write_bytes(data)
    monkeypatch.setattr(_source, "MAX_ANNOTATION_BYTES", 2000)
    assert refused(path).message == "is gzip, and unpacked more than MAX_ANNOTATION_BYTES (2,000 bytes)"


def test_annotators_without_a_curator_have_to_be_chosen(tmp_path: Path) -> None:
    folder = tmp_path / "doc.txt"
    folder.mkdir()
    for name in ("ann", "bob"):
        (folder / f"{name}.tsv").write_text(HEADER + f"{SPAN}\n\n\n#Text=a\n1-1\t0-1\ta\t{name.upper()}\t\n")
    entries: Walk = walk([tmp_path])
    assert [r.path.name for r in entries.readable] == ["ann.tsv"]
    (problem,) = entries
    assert isinstance(problem, Problem)
    assert "say whose is read with --annotator" in problem.message
    assert problem.hint == "there are ann, bob"
    (report,) = walk([tmp_path], annotator="bob")
    assert isinstance(report, AnnotatedReport)
    assert (report.report.id, [m.label for m in report.mentions]) == ("doc.txt", ["BOB"])


def test_files_of_other_texts_are_reports_of_their_own(tmp_path: Path) -> None:
    for name, text in (("one", "a"), ("two", "a"), ("three", "b"), ("four", "b")):
        (tmp_path / f"{name}.tsv").write_text(HEADER + f"{SPAN}\n\n\n#Text={text}\n1-1\t0-1\t{text}\tX\t\n")
    assert sorted(r.report.id for r in walk([tmp_path]) if isinstance(r, AnnotatedReport)) == ["four", "one", "three", "two"]


def test_another_text_than_the_metadata_say_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_bytes((TOY / "report.tsv").read_bytes())
    (tmp_path / "x.meta.json").write_text(f'{{"id": "x", "textSha256": "{"0" * 64}"}}')
    assert "TSV does not keep all space" in only(tmp_path / "x.tsv").problems[0].message


def test_file_without_annotation_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text(HEADER + "\n\n#Text=a\n1-1\t0-1\ta\t\n")
    assert [p.message for p in only(tmp_path / "x.tsv").problems] == ["holds no annotation"]


@given(st.binary(max_size=30), st.integers(0, 3000), st.integers(0, 40))
def test_damage_ends_in_problems(junk: bytes, at: int, cut: int) -> None:
    """Whatever happens to a file, it is read, or refused by an error of ours."""
    data = TOY.joinpath("report.tsv").read_bytes()
    at %= len(data)
    damaged = (data[:at] + junk + data[at + cut :]).decode("utf-8", "replace")
    try:
        read = tsv3(damaged, "x.tsv")
    except ReadError:
        return
    ids = {m.id for m in read.content.mentions}
    assert all(m.quote == quote_of(read.text, m.fragments) and m.quote for m in read.content.mentions)  # type: ignore[arg-type]  # spans
    assert all({k.source, k.target} <= ids for k in read.content.links)


cell = st.sampled_from(
    ["_", "*", "X", "X[1]", "Y[2]", "X[1]|Y[2]", "*->1-1", "pr[1]", "p;q", "1-1;1-2[1]", "1-1[0_1]", "|", ";", "[", "\\", "]"]
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1-1", "1-2", "1-1.1", "2-1", "x"]),
            st.sampled_from(["0-1", "2-3", "0-3", "1-1", "9-9"]),
            st.lists(cell, min_size=7, max_size=7),
        ),
        max_size=8,
    )
)
def test_any_cells_end_in_problems(rows: list[tuple[str, str, list[str]]]) -> None:
    body = [
        f"{name}\t{offsets}\t{'a b'[int(offsets[0]) : int(offsets[2])]}\t" + "\t".join(cells) for name, offsets, cells in rows
    ]
    try:
        read = content(SPAN, SLOT, CHAIN, RELATION, "", "", "#Text=a b", *body)
    except ReadError:
        return
    ids = {m.id for m in read.content.mentions}
    assert all({k.source, k.target} <= ids for k in read.content.links)

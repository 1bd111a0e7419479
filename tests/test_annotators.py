"""The configurations of annotation tools are those of the scheme and the ontology, and change with them.

The hand-made configurations that the scheme was designed with are in the shared data; where those are absent, what compares
with them is skipped.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from kg.errors import SitgraphError
from kg.ontology import __main__ as command
from kg.ontology import annotators
from kg.ontology.annotators.scheme import SCHEME
from kg.resources import ontology_dir
from kg.schemes.grammar import Grammar
from kg.vocab import CODES

MADE = dict(annotators.generate(ontology_dir()))
BRAT, STUDIO = "brat/annotation.conf", "label-studio/label-studio.xml"
TYPES, LAYERS = "inception/TypeSystem.xml", "inception/layers.json"
GRAMMAR = Grammar.load()
LABELS = (GRAMMAR.groups["entity"] | GRAMMAR.groups["situation"]) - {"Actor", "Place"}
ROLES = {role for roles in GRAMMAR.situations.values() for role in roles}

# -- generated, and up to date


@pytest.fixture
def checkout(project: Path, tmp_path: Path) -> Path:
    """A copy of the ontology and of what is generated from it, beside each other."""
    shutil.copytree(project / "ontology", tmp_path / "ontology")
    shutil.copytree(project / "docs" / "annotation", tmp_path / "docs" / "annotation")
    return tmp_path


def test_there_is_a_configuration_for_each_tool() -> None:
    assert Counter(path.split("/")[0] for path in MADE) == {"brat": 3, "label-studio": 1, "inception": 21, "light": 4}
    assert all(len(text.splitlines()) > 5 and text.endswith("\n") for text in MADE.values())


def test_the_configurations_of_the_checkout_are_up_to_date(project: Path) -> None:
    assert annotators.outdated(project / "ontology") == []
    there = {p.relative_to(project / "docs" / "annotation").as_posix() for p in (project / "docs" / "annotation").rglob("*.*")}
    assert there - {"inception/README.md"} == set(MADE)


@pytest.mark.parametrize("path", [BRAT, STUDIO, TYPES, LAYERS, "inception/tagsets/event-kind.json"])
def test_a_configuration_that_was_changed_by_hand_is_named_and_made_anew(
    path: str, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = checkout / "docs" / "annotation" / path
    changed.write_text(changed.read_text("utf-8").replace("Siege", "Blockade").replace("clash", "brawl"), "utf-8")
    stray = checkout / "docs" / "annotation" / "inception" / "tagsets" / "mood.json"
    stray.write_text("{}", "utf-8")
    if path == TYPES:
        changed.unlink()
    assert annotators.outdated(checkout / "ontology") == [changed, stray]
    options = ["--ontology", str(checkout / "ontology"), "--vocab", str(checkout / "vocab.py")]
    assert command.main([*options, "check"]) == 1
    assert str(changed) in capsys.readouterr().err
    assert command.main([*options, "build"]) == 0
    assert command.main([*options, "check"]) == 0
    assert changed.read_text("utf-8") == MADE[path]
    assert not stray.exists()


def test_an_installed_package_has_no_configurations(tmp_path: Path) -> None:
    shutil.copytree(ontology_dir(), tmp_path / "_ontology")
    assert list(annotators.targets(tmp_path / "_ontology")) == []
    assert annotators.outdated(tmp_path / "_ontology") == []
    assert command.main(["--ontology", str(tmp_path / "_ontology"), "--vocab", str(tmp_path / "vocab.py"), "build"]) == 0
    assert not (tmp_path / "docs").exists()


def test_nothing_generated_is_needed_to_generate() -> None:
    script = (
        "import sys; from kg.ontology.annotators import generate; from kg.resources import ontology_dir; "
        "assert list(generate(ontology_dir())); sys.exit('kg.vocab' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


# -- a change of the scheme or of the ontology is a change of the configurations

ATTRIBUTE = 'Generic = { on = "entity" }\n'
CHANGES: Mapping[str, tuple[str, str, str, set[str]]] = {
    "a label": ("scheme", '"Route"]', '"Route", "Airspace"]', {BRAT, "brat/visual.conf", STUDIO, LAYERS, "entity-labels"}),
    "an event": ("scheme", "Siege = [", 'Flood = ["@event"]\nSiege = [', {BRAT, "brat/visual.conf", STUDIO, LAYERS}),
    "a role": ("scheme", '"WithdrawingParty*"]', '"WithdrawingParty*", "Target*"]', {BRAT}),
    "a flag": ("scheme", ATTRIBUTE, ATTRIBUTE + 'Rumoured = { on = "situation" }\n', {BRAT, STUDIO, TYPES, LAYERS}),
    "a link": ("scheme", "Within = [", 'Joins = ["place", "place"]\nWithin = [', {BRAT, STUDIO, LAYERS, "mention-links"}),
    "a code": ("concepts", "casualty-kind/missing", "casualty-kind/lost", {BRAT, STUDIO, LAYERS, "casualty-kind"}),
    "a definition": ("concepts", "without a clear attacker", "as it were", {LAYERS, "event-kind"}),
    "a parent": ("sitgraph", "", "", {BRAT}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_changes_the_configurations(change: str, tmp_path: Path) -> None:
    where, old, new, wanted = CHANGES[change]
    folder, scheme = tmp_path / "ontology", tmp_path / "scheme.toml"
    shutil.copytree(ontology_dir(), folder)
    shutil.copy(SCHEME, scheme)
    if where == "sitgraph":
        ttl = (folder / "sitgraph.ttl").read_text("utf-8")
        block = re.search(r"^sg:VehicleBomb a .*?\.\n", ttl, re.MULTILINE | re.DOTALL)
        assert block is not None
        assert "rdfs:subClassOf sg:Bombing" in block[0]
        moved = block[0].replace("rdfs:subClassOf sg:Bombing", "rdfs:subClassOf sg:Shelling")
        (folder / "sitgraph.ttl").write_text(ttl.replace(block[0], moved), "utf-8")
    else:
        file = scheme if where == "scheme" else folder / "concepts.ttl"
        text = file.read_text("utf-8")
        if where == "concepts" and "/" in old:
            scheme_name, code = old.split("/")
            old, new = f"{scheme_name}:{code}", f"{scheme_name}:{new.split('/')[1]}"
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
    made = dict(annotators.generate(folder, scheme))
    differing = {path for path in made if made[path] != MADE.get(path)}
    assert {f"inception/tagsets/{w}.json" if "/" not in w else w for w in wanted} <= differing


def test_a_scheme_that_the_ontology_does_not_carry_is_refused(tmp_path: Path) -> None:
    for old, new, message in (
        ('codes = "modality"', 'codes = "mood"', "Modality has the codes of 'mood', which is no scheme"),
        ('"WithdrawingParty*"]', '"Straggler*"]', "the role Straggler of Withdrawal is neither"),
    ):
        text = SCHEME.read_text("utf-8")
        assert old in text
        (tmp_path / "scheme.toml").write_text(text.replace(old, new), "utf-8")
        with pytest.raises(SitgraphError, match=message):
            list(annotators.generate(ontology_dir(), tmp_path / "scheme.toml"))


# -- brat

Configuration = dict[str, dict[str, dict[str, frozenset[str]]]]


def read_brat(text: str) -> Configuration:
    """Section, type, argument (with its count) and what may stand there, macros of the section put in."""
    found: Configuration = {}
    section, macros = "", dict[str, str]()
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if head := re.fullmatch(r"\[(\w+)\]", line):
            section, macros = head[1], {}
            found[section] = {}
        elif macro := re.fullmatch(r"(<\w+>)=(\S+)", line):
            macros[macro[1]] = macro[2]
        else:
            for name, value in macros.items():
                line = line.replace(name, value)
            indent, label, rest = re.fullmatch(r"(\t*)([^\t]+)\t?(.*)", line).groups()  # type: ignore[union-attr]
            label = indent + label
            arguments = (argument.strip().partition(":") for argument in rest.split(",")) if rest else ()
            found[section][label] = {name: frozenset(value.split("|")) for name, _, value in arguments}
    return found


def test_the_configuration_of_brat_is_the_grammar() -> None:
    assert (len(LABELS), len(ROLES), len(GRAMMAR.attributes)) == (50, 47, 15)
    conf = read_brat(MADE[BRAT])
    events = {label.strip(): arguments for label, arguments in conf["events"].items() if label[0] == "\t"}
    assert {label: {re.sub(r"\W", "", a) for a in args} for label, args in events.items()} == {
        label: set(roles) for label, roles in GRAMMAR.situations.items()
    }
    counts = {re.sub(r"\W", "", a): a[-1] if a[-1] in "*+?" else "1" for a in events["CasualtyEstimate"]}
    assert counts == dict(GRAMMAR.situations["CasualtyEstimate"])
    assert {label.strip() for label in conf["entities"] if label[0] == "\t"} | set(events) == LABELS
    attributes = {name: spec.get("Value", frozenset()) for name, spec in conf["attributes"].items()}
    assert attributes == {name: spec.values for name, spec in GRAMMAR.attributes.items()}
    assert set(conf["relations"]) - {"<OVERLAP>"} == set(GRAMMAR.links)


def test_brat_understands_its_configuration() -> None:
    """What brat's own reader would reject or take another way."""
    assert faults_for_brat(MADE[BRAT], MADE["brat/visual.conf"]) == []
    text, visual = MADE[BRAT], MADE["brat/visual.conf"]
    assert faults_for_brat(text.replace("<PLACE>=", "<PLACE>=<ACTOR>|", 1), visual) == ["unknown: <ACTOR>"]
    assert faults_for_brat(text.replace("Party+", "Party2+", 1), visual) == ["a role that ends in a digit: Party2+"]
    assert faults_for_brat(text.replace("[attributes]", "[attributes]\n<X>=y\n\n[attributes]"), visual) == ["sections"]
    assert faults_for_brat(text.replace(":TimeExpr", ":Clock", 1), visual) == ["unknown: Clock"]
    assert faults_for_brat(text, visual.replace("#ffffb3", "rgb(1,2,3)")) == ["drawing: TimeExpr"]


def faults_for_brat(text: str, visual: str) -> list[str]:
    found = [f"a role that ends in a digit: {role}" for role in re.findall(r"\b(\w+\d[*+?]):", text)]
    if re.findall(r"^\[(\w+)\]$", text, re.M) != ["entities", "relations", "events", "attributes"]:
        found.append("sections")
    conf = read_brat(text)
    known = {label.strip("\t!") for section in conf.values() for label in section} | {"<ENTITY>", "<EVENT>", "<ANY>"}
    for section in ("relations", "events"):
        fillers = {f for args in conf[section].values() for a, several in args.items() if a[0] != "<" for f in several}
        found += [f"unknown: {filler}" for filler in sorted(fillers - known)]
    drawn = dict(line.split("\t") for line in visual.partition("[drawing]\n\n")[2].splitlines())
    found += [f"drawing: {name}" for name, how in drawn.items() if not all(re.match(r"\w+:[^,]+$", h) for h in how.split(", "))]
    return found


@pytest.fixture(scope="module")
def checker(shared: Path) -> Any:
    """The checker of annotations in the shared data, which reads a configuration of brat."""
    path = shared / "tools" / "check_annotations.py"
    if not path.is_file():
        pytest.skip("the shared data have no tools/check_annotations.py")
    spec = importlib.util.spec_from_file_location("check_annotations", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_examples_are_annotated_as_brat_allows(project: Path, checker: Any) -> None:
    path = project / "docs" / "annotation" / BRAT
    files = sorted((project / "examples").glob("*.ann"))
    assert len(files) >= 8
    assert {file.name: checker.check(checker.configuration(path), file)[1] for file in files} == {f.name: [] for f in files}


def test_an_example_that_brat_does_not_allow_is_noticed(project: Path, checker: Any, tmp_path: Path) -> None:
    conf = tmp_path / "annotation.conf"
    conf.write_text(MADE[BRAT].replace("Modality\tArg:<EVENT>, Value:actual|planned", "Modality\tArg:<EVENT>, Value:actual"))
    problems = [p for f in (project / "examples").glob("*.ann") for p in checker.check(checker.configuration(conf), f)[1]]
    assert problems
    assert {problem.partition(": ")[2] for problem in problems} == {"Modality cannot be ['planned']"}


def test_the_configuration_of_brat_is_the_designed_one(shared: Path) -> None:
    designed = designs(shared)
    assert read_brat(MADE[BRAT]) == read_brat((designed / "annotation.conf").read_text("utf-8"))
    for name in ("visual.conf", "tools.conf"):
        wanted = (designed / name).read_text("utf-8")
        assert significant(MADE[f"brat/{name}"]) == significant(wanted)
        assert significant(wanted.replace("T", "U", 1)) != significant(wanted)


def significant(text: str) -> Counter[tuple[str, str]]:
    """Each line with the section that it is in; the order within a section means nothing."""
    section, found = "", Counter[tuple[str, str]]()
    for line in text.splitlines():
        section = line if line.startswith("[") else section
        if line and not line.startswith("#"):
            found[section, line] += 1
    return found


def designs(shared: Path) -> Path:
    folder = shared / "design" / "annotation"
    if not folder.is_dir():
        pytest.skip("the shared data have no design/annotation")
    return folder


# -- Label Studio

Element = tuple[str, tuple[tuple[str, Any], ...], tuple[Any, ...]]


def unordered(element: Xml.Element) -> Element:
    """An element with its children, both sorted, and what a list in an attribute names as a set."""
    attributes = {k: tuple(sorted(v.split(","))) if k == "whenLabelValue" else v for k, v in element.attrib.items()}
    children = (unordered(child) for child in element)
    return element.tag, tuple(sorted(attributes.items())), tuple(sorted(children, key=repr))


def values(config: str, tag: str) -> set[str]:
    return {e.get("value", "") for e in Xml.fromstring(config).iter(tag)}


def test_label_studio_offers_the_scheme() -> None:
    config = Xml.fromstring(MADE[STUDIO])
    assert values(MADE[STUDIO], "Label") == LABELS | {"Fragment"}
    assert values(MADE[STUDIO], "Relation") == ROLES | set(GRAMMAR.links) | {"HasFragment"}
    offered = {c.get("name", ""): {e.get("value", "") for e in c} for c in config.iter("Choices")}
    wanted = {name[0].lower() + name[1:]: set(spec.values) or {"yes"} for name, spec in GRAMMAR.attributes.items()}
    assert offered == wanted
    labels = {c.get("name"): set(c.get("whenLabelValue", "").split(",")) for c in config.iter("Choices")}
    assert labels["eventKind"] == GRAMMAR.groups["event"]
    assert labels["modality"] == {""}


def test_the_configuration_of_label_studio_is_the_designed_one(shared: Path) -> None:
    designed = Xml.fromstring((designs(shared) / "label-studio.xml").read_text("utf-8"))
    assert unordered(Xml.fromstring(MADE[STUDIO])) == unordered(designed)
    next(designed.iter("Choice")).set("value", "real")
    assert unordered(Xml.fromstring(MADE[STUDIO])) != unordered(designed)


def test_an_export_of_label_studio_uses_what_is_offered(shared: Path) -> None:
    export = json.loads((seed(shared) / "mesop-aleppo.label-studio.json").read_text("utf-8"))
    used = list(used_in(export))
    assert len(used) > 300
    assert not_offered(used, MADE[STUDIO]) == set()
    narrowed = MADE[STUDIO].replace('<Label value="Side" />', "").replace('<Relation value="Coref" />', "")
    assert not_offered(used, narrowed) == {("Label", "Side"), ("Relation", "Coref")}


def used_in(export: Any) -> Iterator[tuple[str, str]]:
    for task in export:
        for annotation in task["annotations"]:
            for result in annotation["result"]:
                if result["type"] == "relation":
                    yield from (("Relation", label) for label in result["labels"])
                yield from (("Label", label) for label in result.get("value", {}).get("labels", ()))
                yield from (("Choice", choice) for choice in result.get("value", {}).get("choices", ()))


def not_offered(used: list[tuple[str, str]], config: str) -> set[tuple[str, str]]:
    offered = {tag: values(config, tag) for tag in ("Label", "Relation", "Choice")}
    return {(tag, value) for tag, value in used if value not in offered[tag]}


def seed(shared: Path) -> Path:
    folder = shared / "data" / "seed-report"
    if not folder.is_dir():
        pytest.skip("the shared data have no seed-report")
    return folder


# -- INCEpTION

Types = dict[str, tuple[str, dict[str, tuple[str, str]]]]
NS = "{http://uima.apache.org/resourceSpecifier}"


def types(text: str) -> Types:
    """Type, what it is a kind of, and its features with their ranges."""

    def of(element: Xml.Element, tag: str) -> str:
        return element.findtext(NS + tag) or ""

    return {
        of(t, "name"): (
            of(t, "supertypeName"),
            {of(f, "name"): (of(f, "rangeTypeName"), of(f, "elementType")) for f in t.iter(NS + "featureDescription")},
        )
        for t in Xml.fromstring(text.encode()).iter(NS + "typeDescription")
    }


def test_the_type_system_is_the_designed_one(shared: Path) -> None:
    designed = (designs(shared) / "TypeSystem.xml").read_text("utf-8")
    assert types(MADE[TYPES]) == types(designed)
    assert types(MADE[TYPES]) != types(designed.replace("placeKind", "placeType"))


def test_a_cas_uses_the_features_of_the_type_system(shared: Path) -> None:
    cas = Xml.fromstring((seed(shared) / "mesop-aleppo.xmi").read_bytes())
    assert unknown_features(cas, types(MADE[TYPES])) == set()
    damaged = types(MADE[TYPES].replace("fragments", "pieces"))
    assert unknown_features(cas, damaged) == {("SitgraphMention", "fragments")}


def unknown_features(cas: Xml.Element, known: Types) -> set[tuple[str, str]]:
    used = {
        (element.tag.rsplit("}", 1)[1], name)
        for element in cas
        if element.tag.startswith("{http:///webanno/custom")
        for name in (*element.attrib, *(child.tag for child in element))
        if not name.startswith("{") and name not in ("sofa", "begin", "end")
    }
    assert len(used) > 20
    return {(of, name) for of, name in used if name not in known.get(f"webanno.custom.{of}", ("", {}))[1]}


def test_the_layers_are_the_type_system() -> None:
    layers = {layer["name"]: layer for layer in json.loads(MADE[LAYERS])}
    wanted = types(MADE[TYPES])
    slots = {f["link_type_name"] for layer in layers.values() for f in layer["features"] if f["link_type_name"]}
    assert set(layers) | slots == set(wanted)
    for name, layer in layers.items():
        above, features = wanted[name]
        ends = dict.fromkeys(("Governor", "Dependent"), (layer["attach_type"]["name"], "")) if layer["attach_type"] else {}
        assert (layer["type"], above) == ("relation" if ends else "span", "uima.tcas.Annotation")
        assert {f["name"]: ranged(f) for f in layer["features"]} | ends == features
        assert layer["attach_type"] is None or layer["attach_type"]["name"] in layers


def ranged(feature: Mapping[str, Any]) -> tuple[str, str]:
    slot = (feature["multi_value_mode"], feature["link_mode"]) == ("ARRAY", "WITH_ROLE")
    return ("uima.cas.FSArray", feature["link_type_name"]) if slot else (feature["type"], "")


def test_the_layers_have_the_keys_that_inception_reads() -> None:
    """The keys of its export of layers; it skips others without a word, so that a slip would not be noticed there."""
    layers = json.loads(MADE[LAYERS])
    of_layer = "name features uiName type description enabled built_in readonly attach_type attach_feature cross_sentence"
    of_layer += " show_hover anchoring_mode overlap_mode validation_mode linked_list_behavior"
    of_feature = "name tag_set uiName type enabled visible required remember hideUnconstraintFeature description"
    of_feature += (
        " multi_value_mode link_mode link_type_name link_type_role_feature_name link_type_target_feature_name curatable"
    )
    assert len(layers) == 5
    assert all(set(layer) == set(of_layer.split()) for layer in layers)
    features = [feature for layer in layers for feature in layer["features"]]
    assert all(set(feature) == set(of_feature.split()) for feature in features)
    tagsets = [feature["tag_set"] for feature in features if feature["tag_set"]]
    assert all(set(t) == {"name", "description", "language", "tags", "create_tag"} and not t["create_tag"] for t in tagsets)
    assert all(set(tag) == {"tag_name", "tag_description"} for t in tagsets for tag in t["tags"])


def test_the_tagsets_are_the_codes_and_labels() -> None:
    tagsets = {path.split("/")[-1][:-5]: json.loads(MADE[path]) for path in MADE if path.startswith("inception/tagsets/")}
    tags = {name: {tag["tag_name"] for tag in tagset["tags"]} for name, tagset in tagsets.items()}
    for name, spec in GRAMMAR.attributes.items():
        if spec.values:
            assert tags[re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()] == spec.values
    assert tags["entity-labels"] | tags["situation-labels"] == LABELS
    assert tags["roles"] == ROLES | {"SaysThat"}
    assert tags["mention-links"] | tags["situation-links"] | {"SaysThat"} == set(GRAMMAR.links)
    said = {tag["tag_name"]: tag["tag_description"] for tag in tagsets["event-kind"]["tags"]}
    assert list(said) == list(CODES["event-kind"])
    assert all(said.values())
    inside = {f["tag_set"]["name"]: f["tag_set"] for la in json.loads(MADE[LAYERS]) for f in la["features"] if f["tag_set"]}
    assert sorted(inside.values(), key=repr) == sorted(tagsets.values(), key=repr)

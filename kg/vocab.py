"""Constants of the ontology and of the vocabularies that it uses, as pyoxigraph terms.

Generated from ``sitgraph.ttl`` and ``concepts.ttl`` by ``python -m kg.ontology build``. Never edit it by hand: change those
files and build again. ``python -m kg.ontology check`` fails when it is out of date.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, final

from pyoxigraph import NamedNode

PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sg": "https://w3id.org/sitgraph/ontology#",
        "c": "https://w3id.org/sitgraph/code/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "dcterms": "http://purl.org/dc/terms/",
        "oa": "http://www.w3.org/ns/oa#",
        "prov": "http://www.w3.org/ns/prov#",
        "geo": "http://www.opengis.net/ont/geosparql#",
    }
)


@final
class SG:
    """Terms of ``https://w3id.org/sitgraph/ontology#``."""

    Situation: Final = NamedNode("https://w3id.org/sitgraph/ontology#Situation")
    """Anything a source can say is, or is not, the case"""
    Event: Final = NamedNode("https://w3id.org/sitgraph/ontology#Event")
    """A situation that happens: it has a beginning, participants and usually a place"""
    Conflict: Final = NamedNode("https://w3id.org/sitgraph/ontology#Conflict")
    """An armed contest of months or years between sides, made of many events"""
    Operation: Final = NamedNode("https://w3id.org/sitgraph/ontology#Operation")
    """A planned series of military actions with one purpose: offensive, campaign, surge"""
    Siege: Final = NamedNode("https://w3id.org/sitgraph/ontology#Siege")
    """The encirclement of a place to cut off movement and supply"""
    RouteCut: Final = NamedNode("https://w3id.org/sitgraph/ontology#RouteCut")
    """The interruption of a road, river or supply line"""
    Capture: Final = NamedNode("https://w3id.org/sitgraph/ontology#Capture")
    """The taking of a place from another party, or without one"""
    Withdrawal: Final = NamedNode("https://w3id.org/sitgraph/ontology#Withdrawal")
    """The leaving of a place or a fight by a party"""
    Deployment: Final = NamedNode("https://w3id.org/sitgraph/ontology#Deployment")
    """The movement, regrouping, linking-up or reinforcement of forces"""
    Ceasefire: Final = NamedNode("https://w3id.org/sitgraph/ontology#Ceasefire")
    """An agreed or declared stop of fighting"""
    Communication: Final = NamedNode("https://w3id.org/sitgraph/ontology#Communication")
    """An announcement, request, threat, denial, condemnation or talk as an event of its own"""
    ActorChange: Final = NamedNode("https://w3id.org/sitgraph/ontology#ActorChange")
    """The formation, split, merger, renaming or end of an actor"""
    ViolenceAgainstCivilians: Final = NamedNode("https://w3id.org/sitgraph/ontology#ViolenceAgainstCivilians")
    """Deliberate violence against people who do not fight"""
    Engagement: Final = NamedNode("https://w3id.org/sitgraph/ontology#Engagement")
    """The use of armed force by one party against another"""
    Assault: Final = NamedNode("https://w3id.org/sitgraph/ontology#Assault")
    """A ground attack on a position or an area"""
    AirStrike: Final = NamedNode("https://w3id.org/sitgraph/ontology#AirStrike")
    """An attack from the air, by a manned or unmanned aircraft"""
    Shelling: Final = NamedNode("https://w3id.org/sitgraph/ontology#Shelling")
    """An attack by artillery, mortar, rocket or missile fire"""
    SiegeBreak: Final = NamedNode("https://w3id.org/sitgraph/ontology#SiegeBreak")
    """The armed opening of a siege"""
    Bombing: Final = NamedNode("https://w3id.org/sitgraph/ontology#Bombing")
    """An attack with a placed or carried explosive device"""
    VehicleBomb: Final = NamedNode("https://w3id.org/sitgraph/ontology#VehicleBomb")
    """A bombing whose device is in a vehicle, with or without a driver"""
    Relation: Final = NamedNode("https://w3id.org/sitgraph/ontology#Relation")
    """A time-bounded relation between actors or places, stated as a node"""
    Membership: Final = NamedNode("https://w3id.org/sitgraph/ontology#Membership")
    """An actor is a member of, or a part of, another actor"""
    SideAlignment: Final = NamedNode("https://w3id.org/sitgraph/ontology#SideAlignment")
    """An actor belongs to a side of a conflict"""
    AllianceTie: Final = NamedNode("https://w3id.org/sitgraph/ontology#AllianceTie")
    """Two actors fight or act together as equals, without being one named body"""
    Opposition: Final = NamedNode("https://w3id.org/sitgraph/ontology#Opposition")
    """Two actors are declared or described as adversaries"""
    Support: Final = NamedNode("https://w3id.org/sitgraph/ontology#Support")
    """An actor gives help to another without belonging to it"""
    Command: Final = NamedNode("https://w3id.org/sitgraph/ontology#Command")
    """An actor directs another actor"""
    Control: Final = NamedNode("https://w3id.org/sitgraph/ontology#Control")
    """An actor is present in, contests or holds a place, to the degree given by its kind"""
    SpatialRelation: Final = NamedNode("https://w3id.org/sitgraph/ontology#SpatialRelation")
    """A place lies in a stated spatial relation to another place"""
    Participation: Final = NamedNode("https://w3id.org/sitgraph/ontology#Participation")
    """An actor takes part in an event in a role"""
    Outcome: Final = NamedNode("https://w3id.org/sitgraph/ontology#Outcome")
    """What an event led to, led nearly to, or was meant to lead to"""
    CasualtyEstimate: Final = NamedNode("https://w3id.org/sitgraph/ontology#CasualtyEstimate")
    """A number of people harmed by an event, as one source gives it"""
    MaterielUse: Final = NamedNode("https://w3id.org/sitgraph/ontology#MaterielUse")
    """The use of weapons or equipment in an event"""
    Actor: Final = NamedNode("https://w3id.org/sitgraph/ontology#Actor")
    """A person, group or body that can act in a conflict"""
    Person: Final = NamedNode("https://w3id.org/sitgraph/ontology#Person")
    """A single human being"""
    State: Final = NamedNode("https://w3id.org/sitgraph/ontology#State")
    """A country as an acting party, not as a territory"""
    Side: Final = NamedNode("https://w3id.org/sitgraph/ontology#Side")
    """The analyst's party to a conflict, made of all who fight on it ("rebels", "pro-Assad forces")"""
    Collective: Final = NamedNode("https://w3id.org/sitgraph/ontology#Collective")
    """An unnamed or merely described group ("foreign militias", "civilians")"""
    Organization: Final = NamedNode("https://w3id.org/sitgraph/ontology#Organization")
    """A named or institutional body that persists through changes of its people"""
    Government: Final = NamedNode("https://w3id.org/sitgraph/ontology#Government")
    """The body that rules, or claims to rule, a state or region"""
    ArmedForce: Final = NamedNode("https://w3id.org/sitgraph/ontology#ArmedForce")
    """The armed forces or security forces of a state or government"""
    MilitaryUnit: Final = NamedNode("https://w3id.org/sitgraph/ontology#MilitaryUnit")
    """A named part of an armed force or armed group: division, brigade, battalion"""
    Alliance: Final = NamedNode("https://w3id.org/sitgraph/ontology#Alliance")
    """A bloc of groups or states that has a name and acts in its own name"""
    ArmedGroup: Final = NamedNode("https://w3id.org/sitgraph/ontology#ArmedGroup")
    """An armed organization that is not a state's force"""
    Militia: Final = NamedNode("https://w3id.org/sitgraph/ontology#Militia")
    """An armed group that fights for, or beside, a government or community"""
    Place: Final = NamedNode("https://w3id.org/sitgraph/ontology#Place")
    """Where something is or happens"""
    Settlement: Final = NamedNode("https://w3id.org/sitgraph/ontology#Settlement")
    """A city, town, village or camp"""
    Area: Final = NamedNode("https://w3id.org/sitgraph/ontology#Area")
    """A territory, region, administrative unit, district or part of a settlement"""
    Facility: Final = NamedNode("https://w3id.org/sitgraph/ontology#Facility")
    """A site built or used for a purpose: base, factory, hospital, position"""
    Route: Final = NamedNode("https://w3id.org/sitgraph/ontology#Route")
    """A road, railway, river crossing or supply line"""
    TimeExtent: Final = NamedNode("https://w3id.org/sitgraph/ontology#TimeExtent")
    """The days a situation touches, as one EDTF value and four bounds"""
    Report: Final = NamedNode("https://w3id.org/sitgraph/ontology#Report")
    """What was read: one text, or one table, with its publisher and date of issue"""
    Source: Final = NamedNode("https://w3id.org/sitgraph/ontology#Source")
    """Who or what a claim is attributed to: the narrator, a speaker, a medium"""
    MediaItem: Final = NamedNode("https://w3id.org/sitgraph/ontology#MediaItem")
    """A photograph, video, map or document used as evidence"""
    Mention: Final = NamedNode("https://w3id.org/sitgraph/ontology#Mention")
    """A selected part of a report that names or triggers something; a Web Annotation"""
    Claim: Final = NamedNode("https://w3id.org/sitgraph/ontology#Claim")
    """One assertion or denial of one situation by one source in one report"""
    ClaimConflict: Final = NamedNode("https://w3id.org/sitgraph/ontology#ClaimConflict")
    """A set of claims that cannot all be true together"""
    Assessment: Final = NamedNode("https://w3id.org/sitgraph/ontology#Assessment")
    """A reviewer's rating, retraction or decision about a claim, source, situation or conflict"""
    Inference: Final = NamedNode("https://w3id.org/sitgraph/ontology#Inference")
    """The record of one derived triple: rule, premises and claims it rests on"""
    time: Final = NamedNode("https://w3id.org/sitgraph/ontology#time")
    """when the situation held or happened"""
    place: Final = NamedNode("https://w3id.org/sitgraph/ontology#place")
    """where the situation held or happened"""
    kind: Final = NamedNode("https://w3id.org/sitgraph/ontology#kind")
    """the code that refines the class; shapes fix the scheme for each class"""
    inConflict: Final = NamedNode("https://w3id.org/sitgraph/ontology#inConflict")
    """the conflict the situation belongs to"""
    status: Final = NamedNode("https://w3id.org/sitgraph/ontology#status")
    """the computed standing of a situation, or of a claim conflict"""
    describes: Final = NamedNode("https://w3id.org/sitgraph/ontology#describes")
    """leads from a report-local situation to the canonical one"""
    basis: Final = NamedNode("https://w3id.org/sitgraph/ontology#basis")
    """a claim that a canonical situation or an inference rests on"""
    subEventOf: Final = NamedNode("https://w3id.org/sitgraph/ontology#subEventOf")
    """the larger event this one is part of"""
    precedes: Final = NamedNode("https://w3id.org/sitgraph/ontology#precedes")
    """the event comes before the other"""
    inResponseTo: Final = NamedNode("https://w3id.org/sitgraph/ontology#inResponseTo")
    """the event was caused or called for by the other"""
    aim: Final = NamedNode("https://w3id.org/sitgraph/ontology#aim")
    """the situation the performer wants to bring about"""
    targetPlace: Final = NamedNode("https://w3id.org/sitgraph/ontology#targetPlace")
    """the place attacked, approached or moved to"""
    ofEvent: Final = NamedNode("https://w3id.org/sitgraph/ontology#ofEvent")
    """the event that a participation, outcome, estimate or use belongs to"""
    actor: Final = NamedNode("https://w3id.org/sitgraph/ontology#actor")
    """who takes part, is harmed, or uses the materiel"""
    role: Final = NamedNode("https://w3id.org/sitgraph/ontology#role")
    """the role code of a participation"""
    affects: Final = NamedNode("https://w3id.org/sitgraph/ontology#affects")
    """the actor that the outcome changes things for"""
    low: Final = NamedNode("https://w3id.org/sitgraph/ontology#low")
    """the lowest number of people given"""
    best: Final = NamedNode("https://w3id.org/sitgraph/ontology#best")
    """the number of people given, or thought best"""
    high: Final = NamedNode("https://w3id.org/sitgraph/ontology#high")
    """the highest number of people given"""
    quantity: Final = NamedNode("https://w3id.org/sitgraph/ontology#quantity")
    """how many pieces of materiel were used"""
    member: Final = NamedNode("https://w3id.org/sitgraph/ontology#member")
    """the actor that belongs to the group"""
    group: Final = NamedNode("https://w3id.org/sitgraph/ontology#group")
    """the actor that the member belongs to"""
    party: Final = NamedNode("https://w3id.org/sitgraph/ontology#party")
    """either side of an alliance tie or opposition, which has exactly two"""
    provider: Final = NamedNode("https://w3id.org/sitgraph/ontology#provider")
    """who helps"""
    recipient: Final = NamedNode("https://w3id.org/sitgraph/ontology#recipient")
    """who is helped"""
    commander: Final = NamedNode("https://w3id.org/sitgraph/ontology#commander")
    """who directs"""
    subordinate: Final = NamedNode("https://w3id.org/sitgraph/ontology#subordinate")
    """who is directed"""
    controller: Final = NamedNode("https://w3id.org/sitgraph/ontology#controller")
    """who holds the place, contests it or is present in it"""
    controlled: Final = NamedNode("https://w3id.org/sitgraph/ontology#controlled")
    """the place that is held, contested or occupied"""
    figure: Final = NamedNode("https://w3id.org/sitgraph/ontology#figure")
    """the place that is being located"""
    ground: Final = NamedNode("https://w3id.org/sitgraph/ontology#ground")
    """the place that the figure is located by"""
    predecessor: Final = NamedNode("https://w3id.org/sitgraph/ontology#predecessor")
    """an actor as it was before the change"""
    successor: Final = NamedNode("https://w3id.org/sitgraph/ontology#successor")
    """an actor as it is after the change"""
    ofState: Final = NamedNode("https://w3id.org/sitgraph/ontology#ofState")
    """the state that an actor is an organ of or acts for"""
    within: Final = NamedNode("https://w3id.org/sitgraph/ontology#within")
    """the place is inside the other"""
    geoPrecision: Final = NamedNode("https://w3id.org/sitgraph/ontology#geoPrecision")
    """how exact the geometry of the place is"""
    edtf: Final = NamedNode("https://w3id.org/sitgraph/ontology#edtf")
    """the extent as EDTF (ISO 8601-2)"""
    timeExpression: Final = NamedNode("https://w3id.org/sitgraph/ontology#timeExpression")
    """the words of the text that gave the extent, one value for each expression"""
    anchor: Final = NamedNode("https://w3id.org/sitgraph/ontology#anchor")
    """the date that relative expressions were resolved against"""
    timePrecision: Final = NamedNode("https://w3id.org/sitgraph/ontology#timePrecision")
    """how exact the extent is"""
    earliestBegin: Final = NamedNode("https://w3id.org/sitgraph/ontology#earliestBegin")
    """first instant of the first possible first day"""
    latestBegin: Final = NamedNode("https://w3id.org/sitgraph/ontology#latestBegin")
    """first instant of the last possible first day"""
    earliestEnd: Final = NamedNode("https://w3id.org/sitgraph/ontology#earliestEnd")
    """first instant after the first possible last day"""
    latestEnd: Final = NamedNode("https://w3id.org/sitgraph/ontology#latestEnd")
    """first instant after the last possible last day"""
    inReport: Final = NamedNode("https://w3id.org/sitgraph/ontology#inReport")
    """the report a claim or mention is in"""
    attributedTo: Final = NamedNode("https://w3id.org/sitgraph/ontology#attributedTo")
    """the source whose claim it is"""
    asserts: Final = NamedNode("https://w3id.org/sitgraph/ontology#asserts")
    """what is claimed to be, or not to be, the case"""
    polarity: Final = NamedNode("https://w3id.org/sitgraph/ontology#polarity")
    """whether the claim asserts or denies"""
    modality: Final = NamedNode("https://w3id.org/sitgraph/ontology#modality")
    """whether the claim speaks of something actual, planned, intended, expected, potential or hypothetical"""
    certainty: Final = NamedNode("https://w3id.org/sitgraph/ontology#certainty")
    """how sure the source is"""
    attributionKind: Final = NamedNode("https://w3id.org/sitgraph/ontology#attributionKind")
    """how the report presents the claim"""
    groundedIn: Final = NamedNode("https://w3id.org/sitgraph/ontology#groundedIn")
    """the passage the claim rests on"""
    denotes: Final = NamedNode("https://w3id.org/sitgraph/ontology#denotes")
    """the actor, place, time, source or report-local situation that a mention stands for"""
    contradicts: Final = NamedNode("https://w3id.org/sitgraph/ontology#contradicts")
    """the two claims cannot both be true"""
    corroborates: Final = NamedNode("https://w3id.org/sitgraph/ontology#corroborates")
    """the two claims say the same and have different sources"""
    conflictMember: Final = NamedNode("https://w3id.org/sitgraph/ontology#conflictMember")
    """a claim that takes part in the conflict"""
    assesses: Final = NamedNode("https://w3id.org/sitgraph/ontology#assesses")
    """what the assessment is about"""
    reliability: Final = NamedNode("https://w3id.org/sitgraph/ontology#reliability")
    """the rating of a source, A to F"""
    credibility: Final = NamedNode("https://w3id.org/sitgraph/ontology#credibility")
    """the rating of a claim, 1 to 6"""
    rule: Final = NamedNode("https://w3id.org/sitgraph/ontology#rule")
    """the id of the rule that produced an inference, conflict or assessment"""
    premise: Final = NamedNode("https://w3id.org/sitgraph/ontology#premise")
    """a situation or concept that a rule used"""
    embodies: Final = NamedNode("https://w3id.org/sitgraph/ontology#embodies")
    """the actor that speaks through the source"""
    excludes: Final = NamedNode("https://w3id.org/sitgraph/ontology#excludes")
    """the two outcome codes cannot both hold of one event"""
    involves: Final = NamedNode("https://w3id.org/sitgraph/ontology#involves")
    """the actor takes part in the event, in whatever role"""
    attacker: Final = NamedNode("https://w3id.org/sitgraph/ontology#attacker")
    """the actor takes part in the event in the role of attacker"""
    defender: Final = NamedNode("https://w3id.org/sitgraph/ontology#defender")
    """the actor takes part in the event in the role of defender"""
    targets: Final = NamedNode("https://w3id.org/sitgraph/ontology#targets")
    """the actor takes part in the event in the role of target"""
    aidedBy: Final = NamedNode("https://w3id.org/sitgraph/ontology#aidedBy")
    """the actor takes part in the event in the role of supporter"""
    issuer: Final = NamedNode("https://w3id.org/sitgraph/ontology#issuer")
    """the actor takes part in the event in the role of issuer"""
    memberOf: Final = NamedNode("https://w3id.org/sitgraph/ontology#memberOf")
    """the actor belongs to the other, by a membership"""
    onSide: Final = NamedNode("https://w3id.org/sitgraph/ontology#onSide")
    """the actor belongs to the side, by a side alignment or through a bloc"""
    alliedWith: Final = NamedNode("https://w3id.org/sitgraph/ontology#alliedWith")
    """the two actors fight or act together, by an alliance tie"""
    opposes: Final = NamedNode("https://w3id.org/sitgraph/ontology#opposes")
    """the actor has declared itself, or acted, against the other; not symmetric"""
    supports: Final = NamedNode("https://w3id.org/sitgraph/ontology#supports")
    """the actor helps the other, by a support relation"""
    backs: Final = NamedNode("https://w3id.org/sitgraph/ontology#backs")
    """the actor supports the side, or an actor on it, without being on it"""
    controls: Final = NamedNode("https://w3id.org/sitgraph/ontology#controls")
    """the actor holds the place, by a control of kind full, partial or garrison"""


@final
class RDF:
    """Terms of ``http://www.w3.org/1999/02/22-rdf-syntax-ns#``."""

    type: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    subject: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#subject")
    predicate: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate")
    object: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#object")
    value: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#value")
    langString: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")
    JSON: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON")


@final
class RDFS:
    """Terms of ``http://www.w3.org/2000/01/rdf-schema#``."""

    label: Final = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    comment: Final = NamedNode("http://www.w3.org/2000/01/rdf-schema#comment")
    subClassOf: Final = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
    subPropertyOf: Final = NamedNode("http://www.w3.org/2000/01/rdf-schema#subPropertyOf")
    domain: Final = NamedNode("http://www.w3.org/2000/01/rdf-schema#domain")
    range: Final = NamedNode("http://www.w3.org/2000/01/rdf-schema#range")
    isDefinedBy: Final = NamedNode("http://www.w3.org/2000/01/rdf-schema#isDefinedBy")
    seeAlso: Final = NamedNode("http://www.w3.org/2000/01/rdf-schema#seeAlso")


@final
class OWL:
    """Terms of ``http://www.w3.org/2002/07/owl#``."""

    Ontology: Final = NamedNode("http://www.w3.org/2002/07/owl#Ontology")
    Class: Final = NamedNode("http://www.w3.org/2002/07/owl#Class")
    ObjectProperty: Final = NamedNode("http://www.w3.org/2002/07/owl#ObjectProperty")
    DatatypeProperty: Final = NamedNode("http://www.w3.org/2002/07/owl#DatatypeProperty")
    TransitiveProperty: Final = NamedNode("http://www.w3.org/2002/07/owl#TransitiveProperty")
    SymmetricProperty: Final = NamedNode("http://www.w3.org/2002/07/owl#SymmetricProperty")
    NamedIndividual: Final = NamedNode("http://www.w3.org/2002/07/owl#NamedIndividual")
    disjointWith: Final = NamedNode("http://www.w3.org/2002/07/owl#disjointWith")
    deprecated: Final = NamedNode("http://www.w3.org/2002/07/owl#deprecated")
    versionIRI: Final = NamedNode("http://www.w3.org/2002/07/owl#versionIRI")
    versionInfo: Final = NamedNode("http://www.w3.org/2002/07/owl#versionInfo")


@final
class XSD:
    """Terms of ``http://www.w3.org/2001/XMLSchema#``."""

    string: Final = NamedNode("http://www.w3.org/2001/XMLSchema#string")
    boolean: Final = NamedNode("http://www.w3.org/2001/XMLSchema#boolean")
    integer: Final = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    decimal: Final = NamedNode("http://www.w3.org/2001/XMLSchema#decimal")
    double: Final = NamedNode("http://www.w3.org/2001/XMLSchema#double")
    dateTime: Final = NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")


@final
class SKOS:
    """Terms of ``http://www.w3.org/2004/02/skos/core#``."""

    Concept: Final = NamedNode("http://www.w3.org/2004/02/skos/core#Concept")
    ConceptScheme: Final = NamedNode("http://www.w3.org/2004/02/skos/core#ConceptScheme")
    prefLabel: Final = NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    altLabel: Final = NamedNode("http://www.w3.org/2004/02/skos/core#altLabel")
    hiddenLabel: Final = NamedNode("http://www.w3.org/2004/02/skos/core#hiddenLabel")
    notation: Final = NamedNode("http://www.w3.org/2004/02/skos/core#notation")
    definition: Final = NamedNode("http://www.w3.org/2004/02/skos/core#definition")
    scopeNote: Final = NamedNode("http://www.w3.org/2004/02/skos/core#scopeNote")
    note: Final = NamedNode("http://www.w3.org/2004/02/skos/core#note")
    inScheme: Final = NamedNode("http://www.w3.org/2004/02/skos/core#inScheme")
    topConceptOf: Final = NamedNode("http://www.w3.org/2004/02/skos/core#topConceptOf")
    exactMatch: Final = NamedNode("http://www.w3.org/2004/02/skos/core#exactMatch")
    closeMatch: Final = NamedNode("http://www.w3.org/2004/02/skos/core#closeMatch")
    broadMatch: Final = NamedNode("http://www.w3.org/2004/02/skos/core#broadMatch")
    narrowMatch: Final = NamedNode("http://www.w3.org/2004/02/skos/core#narrowMatch")


@final
class DCTERMS:
    """Terms of ``http://purl.org/dc/terms/``."""

    identifier: Final = NamedNode("http://purl.org/dc/terms/identifier")
    title: Final = NamedNode("http://purl.org/dc/terms/title")
    description: Final = NamedNode("http://purl.org/dc/terms/description")
    publisher: Final = NamedNode("http://purl.org/dc/terms/publisher")
    creator: Final = NamedNode("http://purl.org/dc/terms/creator")
    issued: Final = NamedNode("http://purl.org/dc/terms/issued")
    created: Final = NamedNode("http://purl.org/dc/terms/created")
    modified: Final = NamedNode("http://purl.org/dc/terms/modified")
    source: Final = NamedNode("http://purl.org/dc/terms/source")
    language: Final = NamedNode("http://purl.org/dc/terms/language")
    rights: Final = NamedNode("http://purl.org/dc/terms/rights")
    accessRights: Final = NamedNode("http://purl.org/dc/terms/accessRights")
    license: Final = NamedNode("http://purl.org/dc/terms/license")
    isReplacedBy: Final = NamedNode("http://purl.org/dc/terms/isReplacedBy")
    replaces: Final = NamedNode("http://purl.org/dc/terms/replaces")
    type: Final = NamedNode("http://purl.org/dc/terms/type")


@final
class OA:
    """Terms of ``http://www.w3.org/ns/oa#``."""

    Annotation: Final = NamedNode("http://www.w3.org/ns/oa#Annotation")
    SpecificResource: Final = NamedNode("http://www.w3.org/ns/oa#SpecificResource")
    TextPositionSelector: Final = NamedNode("http://www.w3.org/ns/oa#TextPositionSelector")
    TextQuoteSelector: Final = NamedNode("http://www.w3.org/ns/oa#TextQuoteSelector")
    FragmentSelector: Final = NamedNode("http://www.w3.org/ns/oa#FragmentSelector")
    hasTarget: Final = NamedNode("http://www.w3.org/ns/oa#hasTarget")
    hasSource: Final = NamedNode("http://www.w3.org/ns/oa#hasSource")
    hasSelector: Final = NamedNode("http://www.w3.org/ns/oa#hasSelector")
    hasBody: Final = NamedNode("http://www.w3.org/ns/oa#hasBody")
    hasPurpose: Final = NamedNode("http://www.w3.org/ns/oa#hasPurpose")
    motivatedBy: Final = NamedNode("http://www.w3.org/ns/oa#motivatedBy")
    classifying: Final = NamedNode("http://www.w3.org/ns/oa#classifying")
    identifying: Final = NamedNode("http://www.w3.org/ns/oa#identifying")
    linking: Final = NamedNode("http://www.w3.org/ns/oa#linking")
    start: Final = NamedNode("http://www.w3.org/ns/oa#start")
    end: Final = NamedNode("http://www.w3.org/ns/oa#end")
    exact: Final = NamedNode("http://www.w3.org/ns/oa#exact")
    prefix: Final = NamedNode("http://www.w3.org/ns/oa#prefix")
    suffix: Final = NamedNode("http://www.w3.org/ns/oa#suffix")


@final
class PROV:
    """Terms of ``http://www.w3.org/ns/prov#``."""

    Entity: Final = NamedNode("http://www.w3.org/ns/prov#Entity")
    Activity: Final = NamedNode("http://www.w3.org/ns/prov#Activity")
    Agent: Final = NamedNode("http://www.w3.org/ns/prov#Agent")
    wasGeneratedBy: Final = NamedNode("http://www.w3.org/ns/prov#wasGeneratedBy")
    wasDerivedFrom: Final = NamedNode("http://www.w3.org/ns/prov#wasDerivedFrom")
    wasAttributedTo: Final = NamedNode("http://www.w3.org/ns/prov#wasAttributedTo")
    wasAssociatedWith: Final = NamedNode("http://www.w3.org/ns/prov#wasAssociatedWith")
    used: Final = NamedNode("http://www.w3.org/ns/prov#used")
    generatedAtTime: Final = NamedNode("http://www.w3.org/ns/prov#generatedAtTime")
    startedAtTime: Final = NamedNode("http://www.w3.org/ns/prov#startedAtTime")
    endedAtTime: Final = NamedNode("http://www.w3.org/ns/prov#endedAtTime")
    hadPrimarySource: Final = NamedNode("http://www.w3.org/ns/prov#hadPrimarySource")
    value: Final = NamedNode("http://www.w3.org/ns/prov#value")


@final
class GEO:
    """Terms of ``http://www.opengis.net/ont/geosparql#``."""

    Feature: Final = NamedNode("http://www.opengis.net/ont/geosparql#Feature")
    Geometry: Final = NamedNode("http://www.opengis.net/ont/geosparql#Geometry")
    hasGeometry: Final = NamedNode("http://www.opengis.net/ont/geosparql#hasGeometry")
    asWKT: Final = NamedNode("http://www.opengis.net/ont/geosparql#asWKT")
    hasMetricSpatialAccuracy: Final = NamedNode("http://www.opengis.net/ont/geosparql#hasMetricSpatialAccuracy")
    wktLiteral: Final = NamedNode("http://www.opengis.net/ont/geosparql#wktLiteral")


CLASSES: Final[Mapping[str, NamedNode]] = MappingProxyType(
    {
        "Situation": SG.Situation,
        "Event": SG.Event,
        "Conflict": SG.Conflict,
        "Operation": SG.Operation,
        "Siege": SG.Siege,
        "RouteCut": SG.RouteCut,
        "Capture": SG.Capture,
        "Withdrawal": SG.Withdrawal,
        "Deployment": SG.Deployment,
        "Ceasefire": SG.Ceasefire,
        "Communication": SG.Communication,
        "ActorChange": SG.ActorChange,
        "ViolenceAgainstCivilians": SG.ViolenceAgainstCivilians,
        "Engagement": SG.Engagement,
        "Assault": SG.Assault,
        "AirStrike": SG.AirStrike,
        "Shelling": SG.Shelling,
        "SiegeBreak": SG.SiegeBreak,
        "Bombing": SG.Bombing,
        "VehicleBomb": SG.VehicleBomb,
        "Relation": SG.Relation,
        "Membership": SG.Membership,
        "SideAlignment": SG.SideAlignment,
        "AllianceTie": SG.AllianceTie,
        "Opposition": SG.Opposition,
        "Support": SG.Support,
        "Command": SG.Command,
        "Control": SG.Control,
        "SpatialRelation": SG.SpatialRelation,
        "Participation": SG.Participation,
        "Outcome": SG.Outcome,
        "CasualtyEstimate": SG.CasualtyEstimate,
        "MaterielUse": SG.MaterielUse,
        "Actor": SG.Actor,
        "Person": SG.Person,
        "State": SG.State,
        "Side": SG.Side,
        "Collective": SG.Collective,
        "Organization": SG.Organization,
        "Government": SG.Government,
        "ArmedForce": SG.ArmedForce,
        "MilitaryUnit": SG.MilitaryUnit,
        "Alliance": SG.Alliance,
        "ArmedGroup": SG.ArmedGroup,
        "Militia": SG.Militia,
        "Place": SG.Place,
        "Settlement": SG.Settlement,
        "Area": SG.Area,
        "Facility": SG.Facility,
        "Route": SG.Route,
        "TimeExtent": SG.TimeExtent,
        "Report": SG.Report,
        "Source": SG.Source,
        "MediaItem": SG.MediaItem,
        "Mention": SG.Mention,
        "Claim": SG.Claim,
        "ClaimConflict": SG.ClaimConflict,
        "Assessment": SG.Assessment,
        "Inference": SG.Inference,
    }
)
PROPERTIES: Final[Mapping[str, NamedNode]] = MappingProxyType(
    {
        "time": SG.time,
        "place": SG.place,
        "kind": SG.kind,
        "inConflict": SG.inConflict,
        "status": SG.status,
        "describes": SG.describes,
        "basis": SG.basis,
        "subEventOf": SG.subEventOf,
        "precedes": SG.precedes,
        "inResponseTo": SG.inResponseTo,
        "aim": SG.aim,
        "targetPlace": SG.targetPlace,
        "ofEvent": SG.ofEvent,
        "actor": SG.actor,
        "role": SG.role,
        "affects": SG.affects,
        "low": SG.low,
        "best": SG.best,
        "high": SG.high,
        "quantity": SG.quantity,
        "member": SG.member,
        "group": SG.group,
        "party": SG.party,
        "provider": SG.provider,
        "recipient": SG.recipient,
        "commander": SG.commander,
        "subordinate": SG.subordinate,
        "controller": SG.controller,
        "controlled": SG.controlled,
        "figure": SG.figure,
        "ground": SG.ground,
        "predecessor": SG.predecessor,
        "successor": SG.successor,
        "ofState": SG.ofState,
        "within": SG.within,
        "geoPrecision": SG.geoPrecision,
        "edtf": SG.edtf,
        "timeExpression": SG.timeExpression,
        "anchor": SG.anchor,
        "timePrecision": SG.timePrecision,
        "earliestBegin": SG.earliestBegin,
        "latestBegin": SG.latestBegin,
        "earliestEnd": SG.earliestEnd,
        "latestEnd": SG.latestEnd,
        "inReport": SG.inReport,
        "attributedTo": SG.attributedTo,
        "asserts": SG.asserts,
        "polarity": SG.polarity,
        "modality": SG.modality,
        "certainty": SG.certainty,
        "attributionKind": SG.attributionKind,
        "groundedIn": SG.groundedIn,
        "denotes": SG.denotes,
        "contradicts": SG.contradicts,
        "corroborates": SG.corroborates,
        "conflictMember": SG.conflictMember,
        "assesses": SG.assesses,
        "reliability": SG.reliability,
        "credibility": SG.credibility,
        "rule": SG.rule,
        "premise": SG.premise,
        "embodies": SG.embodies,
        "excludes": SG.excludes,
        "involves": SG.involves,
        "attacker": SG.attacker,
        "defender": SG.defender,
        "targets": SG.targets,
        "aidedBy": SG.aidedBy,
        "issuer": SG.issuer,
        "memberOf": SG.memberOf,
        "onSide": SG.onSide,
        "alliedWith": SG.alliedWith,
        "opposes": SG.opposes,
        "supports": SG.supports,
        "backs": SG.backs,
        "controls": SG.controls,
    }
)
PARENT: Final[Mapping[str, str | None]] = MappingProxyType(
    {
        "Situation": None,
        "Event": "Situation",
        "Conflict": "Event",
        "Operation": "Event",
        "Siege": "Event",
        "RouteCut": "Event",
        "Capture": "Event",
        "Withdrawal": "Event",
        "Deployment": "Event",
        "Ceasefire": "Event",
        "Communication": "Event",
        "ActorChange": "Event",
        "ViolenceAgainstCivilians": "Event",
        "Engagement": "Event",
        "Assault": "Engagement",
        "AirStrike": "Engagement",
        "Shelling": "Engagement",
        "SiegeBreak": "Engagement",
        "Bombing": "Engagement",
        "VehicleBomb": "Bombing",
        "Relation": "Situation",
        "Membership": "Relation",
        "SideAlignment": "Membership",
        "AllianceTie": "Relation",
        "Opposition": "Relation",
        "Support": "Relation",
        "Command": "Relation",
        "Control": "Relation",
        "SpatialRelation": "Relation",
        "Participation": "Situation",
        "Outcome": "Situation",
        "CasualtyEstimate": "Situation",
        "MaterielUse": "Situation",
        "Actor": None,
        "Person": "Actor",
        "State": "Actor",
        "Side": "Actor",
        "Collective": "Actor",
        "Organization": "Actor",
        "Government": "Organization",
        "ArmedForce": "Organization",
        "MilitaryUnit": "Organization",
        "Alliance": "Organization",
        "ArmedGroup": "Organization",
        "Militia": "ArmedGroup",
        "Place": None,
        "Settlement": "Place",
        "Area": "Place",
        "Facility": "Place",
        "Route": "Place",
        "TimeExtent": None,
        "Report": None,
        "Source": None,
        "MediaItem": "Source",
        "Mention": None,
        "Claim": None,
        "ClaimConflict": None,
        "Assessment": None,
        "Inference": None,
    }
)
_NOTATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "event-kind": (
        "clash",
        "ambush",
        "raid",
        "guerrilla-attack",
        "suicide-attack",
        "drone-strike",
        "missile-strike",
        "rocket-attack",
        "chemical-attack",
        "campaign",
        "offensive",
        "surge",
        "link-up",
        "reinforcement",
        "regrouping",
        "encirclement",
        "bloodless-transfer",
        "announcement",
        "request",
        "threat",
        "denial",
        "condemnation",
        "praise",
        "responsibility-claim",
        "negotiation",
        "agreement",
        "prisoner-exchange",
        "humanitarian-pause",
        "formation",
        "split",
        "merger",
        "renaming",
        "dissolution",
        "reorganisation",
        "abduction",
        "execution",
        "sexual-violence",
        "looting",
        "indiscriminate-attack",
    ),
    "actor-kind": (
        "state",
        "government",
        "state-forces",
        "foreign-state-forces",
        "rebel-group",
        "rebel-bloc",
        "pro-government-militia",
        "communal-militia",
        "political-militia",
        "operations-room",
        "joint-command",
        "coalition",
        "terrorist-organisation",
        "party",
        "civilians",
        "protesters",
        "activists",
        "journalists",
        "non-governmental-organisation",
        "international-organisation",
        "monitoring-group",
        "unidentified",
    ),
    "place-kind": (
        "country",
        "governorate",
        "district",
        "subdistrict",
        "region",
        "city",
        "town",
        "village",
        "neighbourhood",
        "part-of-settlement",
        "settlement-group",
        "territory",
        "front-line",
        "base",
        "airbase",
        "artillery-base",
        "academy",
        "factory",
        "hospital",
        "camp",
        "checkpoint",
        "border-crossing",
        "market",
        "school",
        "position",
        "perimeter",
        "bunker",
        "road",
        "ring-road",
        "bridge",
        "river",
        "supply-line",
    ),
    "role": (
        "attacker",
        "defender",
        "target",
        "belligerent",
        "performer",
        "supporter",
        "beneficiary",
        "besieger",
        "besieged",
        "issuer",
        "addressee",
        "mediator",
        "signatory",
        "withdrawing-party",
        "claimant",
        "accused",
        "associate",
    ),
    "support-kind": (
        "air",
        "troops",
        "foreign-fighters",
        "weapons",
        "materiel-logistics",
        "training",
        "intelligence",
        "funding",
        "territory-access",
        "diplomatic",
        "unspecified",
    ),
    "control-kind": (
        "presence",
        "garrison",
        "contested",
        "partial",
        "full",
        "besieged",
        "former",
    ),
    "outcome-kind": (
        "entered",
        "captured",
        "repelled",
        "withdrew",
        "defences-destroyed",
        "defence-held",
        "intercepted",
        "detonated-at-target",
        "siege-imposed",
        "siege-broken",
        "force-cut-off",
        "force-suppressed",
        "movement-impeded",
        "damaged",
        "symbolic-victory",
        "aim-achieved",
        "aim-defeated",
        "failed",
        "indecisive",
    ),
    "casualty-kind": (
        "killed",
        "wounded",
        "killed-or-wounded",
        "captured",
        "missing",
        "displaced",
    ),
    "materiel-kind": (
        "aircraft",
        "helicopter",
        "drone",
        "missile",
        "rocket",
        "artillery",
        "mortar",
        "tank",
        "armoured-vehicle",
        "vehicle",
        "vehicle-bomb",
        "explosive-device",
        "suicide-vest",
        "barrel-bomb",
        "chemical-agent",
        "small-arms",
        "anti-tank-missile",
        "other",
    ),
    "spatial-kind": (
        "north-of",
        "north-east-of",
        "east-of",
        "south-east-of",
        "south-of",
        "south-west-of",
        "west-of",
        "north-west-of",
        "near",
        "adjacent",
        "between",
        "outskirts-of",
        "within",
        "part-of",
        "co-located",
    ),
    "polarity": (
        "asserted",
        "denied",
    ),
    "modality": (
        "actual",
        "planned",
        "intended",
        "expected",
        "potential",
        "hypothetical",
    ),
    "certainty": (
        "certain",
        "probable",
        "possible",
        "underspecified",
    ),
    "attribution-kind": (
        "narration",
        "direct-quote",
        "scare-quote",
        "indirect",
        "media-evidence",
        "unattributed-passive",
    ),
    "reliability": (
        "A",
        "B",
        "C",
        "D",
        "E",
        "F",
    ),
    "credibility": (
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
    ),
    "claim-status": (
        "accepted",
        "reported",
        "disputed",
        "denied",
        "prospective",
        "retracted",
    ),
    "conflict-status": (
        "open",
        "closed",
    ),
    "conflict-kind": (
        "polarity",
        "exclusive-outcome",
        "disjoint-time",
        "rival-control",
        "disjoint-casualties",
        "rival-responsibility",
        "rival-sides",
        "stated",
    ),
    "assessment-kind": (
        "rating",
        "status-override",
        "retraction",
        "close-conflict",
    ),
    "time-precision": (
        "day",
        "several-days",
        "week",
        "month",
        "year",
        "open",
        "unknown",
    ),
    "geo-precision": (
        "exact-site",
        "settlement",
        "near-settlement",
        "district",
        "governorate",
        "line-or-area",
        "country",
        "unknown",
    ),
}
CODES: Final[Mapping[str, Mapping[str, NamedNode]]] = MappingProxyType(
    {
        scheme: MappingProxyType({name: NamedNode(f"https://w3id.org/sitgraph/code/{scheme}/{name}") for name in names})
        for scheme, names in _NOTATIONS.items()
    }
)


def code(scheme: str, name: str) -> NamedNode:
    """A code by scheme and notation; a ``KeyError`` says what there is instead."""
    codes = CODES.get(scheme)
    if codes is None:
        raise KeyError(f"no scheme {scheme!r}; there are: {', '.join(CODES)}")
    if name not in codes:
        raise KeyError(f"no code {name!r} in scheme {scheme!r}; it has: {', '.join(codes)}")
    return codes[name]


def ancestors(name: str) -> tuple[str, ...]:
    """The classes above a class, nearest first, without itself."""
    if name not in PARENT:
        raise KeyError(f"no class {name!r} in the ontology")
    above: list[str] = []
    step = PARENT[name]
    while step is not None:
        above.append(step)
        step = PARENT[step]
    return tuple(above)


def descendants(name: str) -> tuple[str, ...]:
    """The classes below a class, in the order of the ontology, without itself."""
    if name not in PARENT:
        raise KeyError(f"no class {name!r} in the ontology")
    return tuple(other for other in PARENT if name in ancestors(other))

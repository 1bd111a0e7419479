"""What one row writes, as SQL over the columns of a chunk: quads of the report's graph, and of the view.

Specification, sections 2, 5, 6, 10 and 13. A row gives a mention, a claim, an event with its participations, numbers and
outcome; the claim covers them all. The view of it is written beside it: nobody else tells of the same event unless a
reviewer says so, so each canonical situation has one member, and its status follows from the one claim (rows 7 and 9 of the
table of section 6).

Columns of the chunk ``ev``: ``row``, ``cls``, ``h`` and ``c`` the digests of the event as told and in the view, ``k`` of its
claim, ``st`` and ``ru`` status and row of the table. Of parts: ``ph`` and ``pc`` the same digests.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.tables.config import Config
from kg.tables.engine import text
from kg.tables.naming import CONFORMS_TO, RFC7111, ROW, Names, cell, json_template
from kg.tables.nquads import Graph, Json, Text, constant, escaped, filled, h20, integer, lines, node, statement
from kg.tables.rows import number_columns
from kg.tables.standing import Standing
from kg.tables.verdicts import SHOWN, Verdicts
from kg.vocab import DCTERMS, OA, RDF, SG, code

_VIEW = Graph()
_SHORTCUTS = {
    "attacker": SG.attacker, "defender": SG.defender, "target": SG.targets, "supporter": SG.aidedBy, "issuer": SG.issuer,
}  # fmt: skip
_SG = "https://w3id.org/sitgraph/ontology#"
_CODE = "https://w3id.org/sitgraph/code/"
_NO_NUMBER, _NO_TEXT = "NULL::BIGINT", "NULL::VARCHAR"


def _with_columns(template: str, columns: dict[str, str]) -> str:
    """Text as an SQL expression, in which some marks stand for columns."""
    expression = text(template)
    for mark, column in columns.items():
        expression = expression.replace(mark, f"' || {column} || '")
    return expression


class Statements:
    """The SQL of one table."""

    def __init__(self, config: Config, names: Names, standing: Standing, verdicts: Verdicts) -> None:
        self.config, self.names, self.graph = config, names, names.graph
        self.standing, self.verdicts = standing, verdicts
        base = names.space.id("")
        self.local = f"{base}{names.report}/situation/"
        self.view = f"{base}situation/"
        self.event, self.canonical = node(self.local + "{h}"), node(self.view + "{c}")
        self.part, self.canonical_part = node(self.local + "{ph}"), node(self.view + "{pc}")
        self.claim = node(f"{base}claim/{{k}}")
        self.report = constant(names.node(names.report))

    # -- digests

    def events(self, first: int, last: int) -> str:
        """The rows of a chunk as a table ``ev``."""
        config = self.config
        joins = ["JOIN d_code dc ON dc.key = g.code_key", "JOIN d_time dt ON dt.key = g.time_key"]
        columns = ["g.*", "dc.cls", "dc.certainty", "dc.kinds_local", "dc.kinds_view", "dc.outcome"]
        columns += ["dt.local AS tl", "dt.canonical AS tc"]
        if config.places:
            joins.append("LEFT JOIN d_place dp ON dp.key = g.place_key")
            columns.append("dp.place")
        for a in config.actors:
            joins.append(f"LEFT JOIN d_{a.slot} da_{a.slot} ON da_{a.slot}.key = g.key_{a.slot}")
            columns += [f"dc.role_{a.slot}", f"da_{a.slot}.actors AS actors_{a.slot}"]
            columns += [f"da_{a.slot}.lines_local AS local_{a.slot}", f"da_{a.slot}.lines_view AS view_{a.slot}"]
        joins.append("LEFT JOIN d_source ds ON ds.key = g.source_key")
        columns.append("ds.lines_local AS sources")
        columns += ["c_.local AS cl", "c_.canonical AS cc"]
        joins.append("LEFT JOIN conflicts c_ ON c_.id = g.conflict")
        path = f"{self.names.report}/situation/"
        narrator = self.names.narrator
        claim = h20("claim", Json.string(path + "{h}"), narrator, "asserted", "actual", Json.string("{certainty}"))
        return f"""
            CREATE OR REPLACE TEMP TABLE ev AS SELECT *, {self._status()}
            FROM (SELECT *, {h20("situation", Json.string(path + "{h}"))} AS c, {claim} AS k
              FROM (SELECT {", ".join(columns)}, left(sha256(replace(dc.inputs, chr(1), g.row::VARCHAR)), 20) AS h
                FROM good g {" ".join(joins)} WHERE g.row BETWEEN {first} AND {last}))
            ORDER BY row"""

    def _status(self) -> str:
        """Rows 1, 2, 7 and 9 of the table of section 6: others need a second claim, or one that is not asserted as actual."""
        told = self.standing
        own = [
            f"(role_{a.slot} IS NOT NULL AND "
            f"coalesce(list_contains(string_split(actors_{a.slot}, chr(31)), {text(told.embodied)}), false))"
            for a in self.config.actors
            if told.embodied
        ]
        doubts = " OR ".join(["certainty = 'possible'", *(["true"] if not told.trusted else []), *own])
        back = "true" if told.retracted else self.verdicts.taken_back("h", "c", "k")
        given = self.verdicts.status("h", "c")
        return (
            f"coalesce({given}, CASE WHEN {back} THEN 'retracted' WHEN {doubts} THEN 'reported' ELSE 'accepted' END) AS st, "
            f"CASE WHEN {given} IS NOT NULL THEN '1' WHEN {back} THEN '2' WHEN {doubts} THEN '9' ELSE '7' END AS ru, "
            f"NOT ({back}) AS live"
        )

    def _judged(self, table: str) -> str:
        """The parts in a table, each with the status that a reviewer set of it."""
        given = self.verdicts.status("ph", "pc")
        if given.startswith("NULL"):
            return f"SELECT *, st AS est FROM ({table})"
        judged = f"coalesce({given}, st) AS st, CASE WHEN {given} IS NOT NULL THEN '1' ELSE ru END AS ru"
        return f"SELECT * EXCLUDE (st, ru), st AS est, {judged} FROM ({table})"

    def participations(self) -> str:
        """Who takes part, as a table ``pt``: one row for each actor in each cell.

        ``first`` is false where an actor has the same role by a cell before: the view has one participation for both.
        """
        every = [a.slot for a in self.config.actors]
        carried = ", ".join(f"role_{x}, actors_{x}" for x in every)
        canonical = h20("participation", Json.string("situation/{c}"), Json.string("{actor}"), Json.string("{role}"))
        selects = []
        for n, a in enumerate(self.config.actors):
            who = f"string_split(actors_{a.slot}, chr(31))"
            again = " OR ".join(
                f"(role_{b} = role_{a.slot} AND list_contains(string_split(actors_{b}, chr(31)), actor))" for b in every[:n]
            )
            selects.append(
                f"SELECT row, h, c, k, st, ru, live, role, actor, NOT coalesce({again or 'false'}, false) AS first, "
                f"{self._part(a.name)} AS ph, {canonical} AS pc FROM "
                f"(SELECT row, h, c, k, st, ru, live, role_{a.slot} AS role, {carried}, unnest({who}) AS actor, "
                f"generate_subscripts({who}, 1) - 1 AS n FROM ev "
                f"WHERE role_{a.slot} IS NOT NULL AND actors_{a.slot} <> '')"
            )
        nothing = (
            "SELECT row, h, c, k, st, ru, live, '' AS role, '' AS actor, true AS first, '' AS ph, '' AS pc FROM ev WHERE false"
        )
        return f"CREATE OR REPLACE TEMP TABLE pt AS {self._judged(' UNION ALL '.join(selects) or nothing)} ORDER BY row, ph"

    def _part(self, column: str) -> str:
        """The digest of a participation as told; the second and later actors of a cell carry their number in it."""
        fillers: list[object] = [["@role@", cell(ROW, column)], ["ofEvent", "@event@"]]
        template = json_template(self.names.situation_inputs("Participation", [cell(ROW)], fillers)[:-1]).removesuffix("]")
        joined = _with_columns(template, {"\x01": "row", "@role@": "role", "@event@": "h"})
        return f"left(sha256({joined} || CASE WHEN n > 0 THEN ',' || n ELSE '' END || ']'), 20)"

    def numbers(self) -> str:
        """Estimates and outcomes, as a table ``es``: each a part of the event without a claim of its own."""
        selects = list(self._estimates())
        if any(r.outcome for r in self.config.rules):
            selects.append(
                f"SELECT row, h, c, k, st, ru, live, 'Outcome' AS pcls, 'outcome-kind/' || outcome AS kind, "
                f"{_NO_NUMBER} AS low, {_NO_NUMBER} AS best, {_NO_NUMBER} AS high, {_NO_TEXT} AS al, {_NO_TEXT} AS av, "
                f"{self._situation('Outcome', self.config.coded[0])} AS ph FROM ev WHERE outcome IS NOT NULL"
            )
        nothing = (
            f"SELECT row, h, c, k, st, ru, live, '' AS pcls, '' AS kind, {_NO_NUMBER} AS low, {_NO_NUMBER} AS best, "
            f"{_NO_NUMBER} AS high, {_NO_TEXT} AS al, {_NO_TEXT} AS av, '' AS ph FROM ev WHERE false"
        )
        digest = h20("situation", Json.string(f"{self.names.report}/situation/{{ph}}"))
        every = " UNION ALL ".join(selects) or nothing
        return f"CREATE OR REPLACE TEMP TABLE es AS {self._judged(f'SELECT *, {digest} AS pc FROM ({every})')} ORDER BY row, ph"

    def _estimates(self) -> Iterator[str]:
        """Numbers as told. Zero is no estimate. A bound equal to the best number is not said again, since a missing low or
        high is the best (section 7); one that contradicts it, which no estimate may have, is an estimate of its own.
        """
        for n, c in enumerate(self.config.casualties):
            told = {name: column for name, column, _ in number_columns(n, c)}
            low, best, high = (told.get(name, _NO_NUMBER) for name in ("low", "best", "high"))
            actors, join = (_NO_TEXT, _NO_TEXT), ""
            if c.slot:
                actors = (f"local_{c.slot}", f"view_{c.slot}")
            elif c.group:
                actors = ("dg.lines_local", "dg.lines_view")
                join = f"LEFT JOIN g_{c.group} dg ON dg.key = ev.gkey_{c.group}"
            own = self.config.told(n)
            fits_low = f"CASE WHEN {low} < {best} OR {best} IS NULL THEN {low} END"
            fits_high = f"CASE WHEN {high} > {best} OR {best} IS NULL THEN {high} END"
            some = f"(coalesce({best}, 0) > 0 OR coalesce({fits_high}, 0) > 0 OR ({best} IS NULL AND {low} > 0))"
            yield self._estimate(c.kind, (fits_low, best, fits_high), actors, f"{join} WHERE {own} AND {some}", c.columns[0])
            if c.best and c.low:
                numbers = (low, _NO_NUMBER, _NO_NUMBER)
                yield self._estimate(c.kind, numbers, actors, f"{join} WHERE {own} AND {low} > {best}", c.low)
            if c.best and c.high:
                numbers = (_NO_NUMBER, _NO_NUMBER, high)
                yield self._estimate(c.kind, numbers, actors, f"{join} WHERE {own} AND {high} < {best} AND {high} > 0", c.high)

    def _estimate(self, kind: str, numbers: tuple[str, str, str], actors: tuple[str, str], of: str, column: str) -> str:
        low, best, high = numbers
        return (
            f"SELECT row, h, c, k, st, ru, live, 'CasualtyEstimate' AS pcls, 'casualty-kind/{kind}' AS kind, {low} AS low, "
            f"{best} AS best, {high} AS high, {actors[0]} AS al, {actors[1]} AS av, "
            f"{self._situation('CasualtyEstimate', column)} AS ph FROM ev {of}"
        )

    def _situation(self, cls: str, column: str) -> str:
        """The digest of a part of the event whose words are one cell."""
        template = json_template(self.names.situation_inputs(cls, [cell(ROW, column)], [["ofEvent", "@event@"]]))
        return f"left(sha256({_with_columns(template, {chr(1): 'row', '@event@': 'h'})}), 20)"

    # -- quads

    def row_lines(self) -> str:
        """Mention, claim and event of a row, and the event in the view."""
        return f"SELECT {lines((*self._mention(), *self._claim(), *self._event(), *self._canonical_event()))} AS nq FROM ev"

    def _mention(self) -> Iterator[Text]:
        g, base = self.graph, self.names.space.id(self.names.report)
        mention, target = node(f"{base}/mention/{{cls}}-row-{{row}}"), node(f"{base}/text/row-{{row}}")
        selector = node(f"{base}/text/row-{{row}}/fragment")
        yield statement(g, mention, RDF.type, constant(OA.Annotation))
        yield statement(g, mention, RDF.type, constant(SG.Mention))
        yield statement(g, mention, SG.inReport, self.report)
        yield statement(g, mention, OA.hasBody, node(_SG + "{cls}"))
        yield statement(g, mention, SG.denotes, self.event)
        yield statement(g, mention, OA.hasTarget, target)
        yield statement(g, target, OA.hasSource, constant(self.names.node(f"{self.names.report}/text")))
        yield statement(g, target, OA.hasSelector, selector)
        yield statement(g, selector, RDF.type, constant(OA.FragmentSelector))
        yield statement(g, selector, CONFORMS_TO, constant(RFC7111))
        yield statement(g, selector, RDF.value, Text.spliced(f'"row={{(row + {self.config.recognised.before})}}"'))
        if self.config.sources.words:
            words = node(f"{base}/text/row-{{row}}/quote").only("words IS NOT NULL")
            yield statement(g, target, OA.hasSelector, words)
            yield statement(g, words, RDF.type, constant(OA.TextQuoteSelector))
            yield statement(g, words, OA.exact, escaped("words"))

    def _claim(self) -> Iterator[Text]:
        g = self.graph
        yield statement(g, self.claim, RDF.type, constant(SG.Claim))
        yield statement(g, self.claim, SG.asserts, self.event)
        yield statement(g, self.claim, SG.inReport, self.report)
        yield statement(g, self.claim, SG.attributedTo, constant(self.names.node(self.names.narrator)))
        yield statement(g, self.claim, SG.polarity, constant(code("polarity", "asserted")))
        yield statement(g, self.claim, SG.modality, constant(code("modality", "actual")))
        yield statement(g, self.claim, SG.certainty, node(_CODE + "certainty/{certainty}"))
        yield statement(g, self.claim, SG.attributionKind, constant(code("attribution-kind", "narration")))
        yield statement(
            g, self.claim, SG.groundedIn, node(f"{self.names.space.id(self.names.report)}/mention/{{cls}}-row-{{row}}")
        )
        yield filled("sources", self.claim)
        if self.config.sources.citation:
            yield statement(g, self.claim, DCTERMS.source, escaped("citation"))

    def _event(self) -> Iterator[Text]:
        g, base = self.graph, self.names.space.id("")
        yield statement(g, self.event, RDF.type, node(_SG + "{cls}"))
        yield statement(g, self.event, DCTERMS.identifier, escaped("id"))
        yield statement(g, self.event, SG.time, node(f"{base}{self.names.report}/time/{{tl}}"))
        yield filled("kinds_local", self.event)
        if self.config.places:
            yield statement(g, self.event, SG.place, node(base + "{place}").only("place IS NOT NULL"))
        if self.config.conflict[0]:
            yield statement(g, self.event, SG.inConflict, node(base + "{cl}").only("cl IS NOT NULL"))
        yield statement(g, self.event, SG.describes, self.canonical)

    def _canonical_event(self) -> Iterator[Text]:
        s, base = self.canonical, self.names.space.id("")
        yield statement(_VIEW, s, RDF.type, node(_SG + "{cls}"))
        yield from self._standing(s)
        yield statement(_VIEW, s, SG.time, node(base + "time/{tc}"))
        yield filled("kinds_view", s)
        if self.config.places:
            yield statement(_VIEW, s, SG.place, node(base + "{place}").only("place IS NOT NULL"))
        if self.config.conflict[0]:
            yield statement(_VIEW, s, SG.inConflict, node(base + "{cc}").only("cc IS NOT NULL"))

    def _standing(self, s: Text) -> Iterator[Text]:
        yield statement(_VIEW, s, SG.status, node(_CODE + "claim-status/{st}"))
        yield statement(_VIEW, s, SG.rule, Text.spliced('"R3.{ru}"'))
        if not self.standing.retracted:
            claim = self.claim.only("live") if self.verdicts.retracted else self.claim
            yield statement(_VIEW, s, SG.basis, claim)

    def participation_lines(self) -> str:
        """Who takes part, as told and in the view, with the shortcuts of R5."""
        g, base = self.graph, self.names.space.id("")
        actor, role = node(base + "{actor}"), node(_CODE + "role/{role}")
        found = [
            statement(g, self.part, RDF.type, constant(SG.Participation)),
            statement(g, self.part, SG.ofEvent, self.event),
            statement(g, self.part, SG.role, role),
            statement(g, self.part, SG.actor, actor),
            statement(g, self.part, SG.describes, self.canonical_part),
        ]
        once = self.canonical_part.only("first")
        found += [
            statement(_VIEW, once, RDF.type, constant(SG.Participation)),
            *self._standing(once),
            statement(_VIEW, once, SG.ofEvent, self.canonical),
            statement(_VIEW, once, SG.role, role),
            statement(_VIEW, once, SG.actor, actor),
        ]
        if not self.standing.retracted:
            shown = f"first AND st IN {SHOWN} AND est IN {SHOWN}" if self.verdicts else "first"
            found.append(statement(_VIEW, self.canonical.only(shown), SG.involves, actor))
            for name, shortcut in _SHORTCUTS.items():
                if any(name in rule.roles.values() for rule in self.config.rules):
                    found.append(statement(_VIEW, self.canonical.only(f"{shown} AND role = '{name}'"), shortcut, actor))
        return f"SELECT {lines(found)} AS nq FROM pt"

    def number_lines(self) -> str:
        """Estimates and outcomes, as told and in the view."""
        found: list[Text] = []
        for g, s, event, actors in (
            (self.graph, self.part, self.event, "al"),
            (_VIEW, self.canonical_part, self.canonical, "av"),
        ):
            found += [
                statement(g, s, RDF.type, node(_SG + "{pcls}")),
                statement(g, s, SG.ofEvent, event),
                statement(g, s, SG.kind, node(_CODE + "{kind}")),
                statement(g, s, SG.low, integer("low")),
                statement(g, s, SG.best, integer("best")),
                statement(g, s, SG.high, integer("high")),
                filled(actors, s),
            ]
        found.append(statement(self.graph, self.part, SG.describes, self.canonical_part))
        found += self._standing(self.canonical_part)
        return f"SELECT {lines(found)} AS nq FROM es"

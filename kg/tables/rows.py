"""The rows of a table that can be used: typed columns, and beside them every row that was set aside, with the reason.

What is wrong with a value is found once, where the value is understood (:mod:`kg.tables.dictionaries`); what is wrong with a
row, such as an identifier that another row has, is found here. A number above or below what it may be is told and kept: each
number is what the table says (see :func:`kg.tables.statements.estimates`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kg.resolver.decisions import Judgements
from kg.resolver.reference import Reference
from kg.tables.config import Casualties
from kg.tables.dictionaries import Dictionaries, Understood, key_of
from kg.tables.engine import text
from kg.tables.naming import Names
from kg.tables.staging import Table

_REFUSED = "SELECT row FROM aside WHERE NOT kept"
_NUMBER = "[0-9]{1,15}([.]0*)?"


def prepare(
    table: Table, names: Names, reference: Reference, judgements: Judgements, called: Mapping[str, str], folder: Path
) -> Understood:
    """Makes the tables ``typed``, ``aside`` and ``good``, and the dictionaries."""
    engine = table.engine
    engine.execute(f"CREATE OR REPLACE TABLE typed AS SELECT {_columns(table)} FROM raw")
    engine.execute(
        'CREATE OR REPLACE TABLE aside (row BIGINT, "column" VARCHAR, found VARCHAR, expected VARCHAR, kept BOOLEAN)'
    )
    dictionaries = Dictionaries(table, names, reference, judgements, called, folder)
    dictionaries.codes()
    dictionaries.times()
    for reason in (_misunderstood("d_code", "code_key"), _misunderstood("d_time", "time_key"), *_reasons(table)):
        engine.execute(f"INSERT INTO aside {reason}")
    engine.execute(
        "CREATE OR REPLACE TABLE good AS SELECT t.* FROM typed t JOIN d_code c ON c.key = t.code_key AND c.cls IS NOT NULL "
        f"WHERE t.row NOT IN ({_REFUSED}) ORDER BY t.row"
    )
    if table.config.places:
        dictionaries.places()
        engine.execute(f"INSERT INTO aside {_misunderstood('d_place', 'place_key')} AND t.row IN (SELECT row FROM good)")
        engine.execute(f"DELETE FROM good WHERE row IN ({_REFUSED})")
    dictionaries.actors()
    dictionaries.sources()
    for dictionary, key in (*((f"d_{a.slot}", f"key_{a.slot}") for a in table.config.actors), ("d_source", "source_key")):
        engine.execute(f"INSERT INTO aside {_misunderstood(dictionary, key)} AND t.row IN (SELECT row FROM good)")
    engine.execute(f"DELETE FROM good WHERE row IN ({_REFUSED})")
    return dictionaries.found


def _misunderstood(dictionary: str, key: str) -> str:
    return (
        f"SELECT t.row, d.bad_column, d.bad_found, d.bad_expected, coalesce(d.bad_kept = '1', false) FROM typed t "
        f"JOIN {dictionary} d ON d.key = t.{key} WHERE d.bad_column IS NOT NULL"
    )


def number_columns(n: int, casualties: Casualties) -> list[tuple[str, str, str]]:
    """For each number of an estimate: which it is, its column in ``typed``, its column in the file."""
    return [
        (name, f"n{n}_{name}", column)
        for name, column in (("low", casualties.low), ("best", casualties.best), ("high", casualties.high))
        if column
    ]


def _columns(table: Table) -> str:
    config = table.config
    found = {"row": "row", "id": table.column(config.identifier)}
    present = [f"CASE WHEN {table.column(a.name)} IS NULL THEN '0' ELSE '1' END" for a in config.actors]
    place = table.column(config.places.name) if config.places else "NULL"
    present.append(f"CASE WHEN {place} IS NULL THEN '0' ELSE '1' END")
    codes = key_of(table, (*config.coded, *(c for c, _ in config.certainties)))
    found["code_key"] = f"concat_ws(chr(31), {codes}, {', '.join(present)})"
    t = config.times
    found["time_key"] = key_of(table, (t.first, t.last, t.precision))
    if config.places is not None:
        found["place_key"] = key_of(table, config.places.columns)
    for a in config.actors:
        found[f"key_{a.slot}"] = key_of(table, (a.name, a.id, *a.kind, *config.per))
    for name, group in config.groups.items():
        found[f"gkey_{name}"] = key_of(table, (group.per,)) if group.per else "''"
    s = config.sources
    for name, column in (
        ("source_key", s.names), ("citation", s.citation), ("words", s.words), ("conflict", config.conflict[0]),
        ("conflict_name", config.conflict[1]), ("dyad", config.dyad),
    ):  # fmt: skip
        found[name] = table.column(column)
    for n, c in enumerate(config.casualties):
        for _, name, column in number_columns(n, c):
            cell = table.column(column)
            found[name] = f"CASE WHEN regexp_full_match({cell}, {text(_NUMBER)}) THEN split_part({cell}, '.', 1)::BIGINT END"
            found[f"{name}_told"] = cell
        numbers = [found[name] for _, name, _ in number_columns(n, c)]
        found[f"has_{n}"] = f"coalesce(greatest({', '.join(numbers)}), 0) > 0"
    return ",\n  ".join(f"{expression} AS {name}" for name, expression in found.items())


def _reasons(table: Table) -> list[str]:
    """Queries that give ``row, column, found, expected, kept``."""
    config = table.config
    identifier = text(config.identifier)
    found = [
        f"SELECT row, {identifier}, '', 'an identifier', false FROM typed WHERE id IS NULL",
        f"SELECT t.row, {identifier}, t.id, 'an identifier that no row before has; row ' || d.row || ' has it', false "
        "FROM typed t JOIN (SELECT id, min(row) AS row FROM typed GROUP BY id HAVING count(*) > 1) d "
        "ON d.id = t.id AND t.row > d.row",
    ]
    for n, c in enumerate(config.casualties):
        found += [
            f"SELECT row, {text(column)}, {name}_told, 'a whole number, not below 0', false FROM typed "
            f"WHERE {name} IS NULL AND {name}_told IS NOT NULL"
            for _, name, column in number_columns(n, c)
        ]
        if c.best:
            for bound, sign in ((c.low, ">"), (c.high, "<")):
                if bound:
                    name = f"n{n}_{'low' if sign == '>' else 'high'}"
                    expected = f"no more than {c.best} " if sign == ">" else f"no less than {c.best} "
                    found.append(
                        f"SELECT row, {text(bound)}, {name}::VARCHAR, {text(expected)} || n{n}_best || "
                        f"'; kept as an estimate of its own', true FROM typed WHERE {name} {sign} n{n}_best"
                    )
    return found

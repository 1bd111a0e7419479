"""Event tables: a file of rows -> the quads of one report and the view of what it adds, column by column, in chunks.

A table is a configuration (``kg/tables/*.toml``), not code: which columns tell what. The way is::

    file ─> reading ─> staging ─> dictionaries ─> mapping ─> chunk files of N-Quads
            cells      DuckDB     codes, times,    SQL        for the store's bulk loader
                       columns    places, actors,
                                  sources

Distinct values are understood once, in Python, by the same functions that annotated reports use; rows are then joined with what
was understood and written as text in SQL. So a table of a million rows costs the thought of some ten thousand values.

Invariant: the quads are a function of the content of the table, its configuration, the reference tables and the judgements; a
run that was interrupted and is started again at a chunk writes the same chunks.
"""

from __future__ import annotations

from kg.tables.config import Config
from kg.tables.configured import load, names
from kg.tables.detection import detect
from kg.tables.mapping import Chunk, map_table
from kg.tables.staging import Table, meta_files, open_table, plain_stem, report_of

__all__ = [
    "Chunk",
    "Config",
    "Table",
    "detect",
    "load",
    "map_table",
    "meta_files",
    "names",
    "open_table",
    "plain_stem",
    "report_of",
]

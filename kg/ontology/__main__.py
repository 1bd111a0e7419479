"""``python -m kg.ontology build|check``: the generated files. It works where :mod:`kg.vocab` is damaged or not there yet."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from kg.ontology import annotators, generated
from kg.ontology.source import ntriples
from kg.resources import ontology_dir


def main(argv: Sequence[str] | None = None) -> int:
    """``build`` writes the generated files, ``check`` names those that are out of date (exit code 1)."""
    parser = argparse.ArgumentParser(prog="python -m kg.ontology", description=main.__doc__)
    parser.add_argument("--ontology", type=Path, default=ontology_dir(), metavar="DIR", help="the folder with the ontology")
    constants = Path(__file__).parent.with_name("vocab.py")
    parser.add_argument("--vocab", type=Path, default=constants, metavar="FILE", help="the module with the constants")
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="write kg/vocab.py, context.jsonld, and docs/annotation where there is one")
    build.add_argument("--ntriples", type=Path, metavar="FILE", help="write ontology and codes as N-Triples too")
    commands.add_parser("check", help="say which generated files are out of date")
    options = parser.parse_args(argv)

    if options.command == "check":
        late = [*generated.outdated(options.ontology, options.vocab), *annotators.outdated(options.ontology)]
        for path in late:
            sys.stderr.write(f"out of date: {path} (run: python -m kg.ontology build)\n")
        return 1 if late else 0
    for path, text in (*generated.targets(options.ontology, options.vocab), *annotators.targets(options.ontology)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    for path in annotators.superseded(options.ontology):
        path.unlink()
    if options.ntriples:
        options.ntriples.write_bytes(ntriples(options.ontology))
    return 0


if __name__ == "__main__":
    sys.exit(main())

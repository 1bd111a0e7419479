"""The text of a report and what is said about it, as files beside its annotation.

The other side of the readers' metadata: section 17 of the specification («Reports»). ``<stem>.txt`` holds the text, each byte
as it was read; ``<stem>.meta.json`` the report, the label scheme, and the hash of the text.

Invariant: two ids have two stems, on every file system that tells names of different case apart; no stem leaves the folder, is
hidden, or is longer than file systems allow.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from kg.model import AnnotatedReport, Report, text_sha256

MAX_STEM_BYTES = 160
"""The longest stem: most file systems allow names of 255 bytes, and formats put endings behind it."""

_PLAIN = frozenset("-_")  # not "~", which marks a stem that was cut


def file_stem(report_id: str) -> str:
    """The stem of a report's files: its id, with percent-encoding of whatever a file system might take for something else."""
    last = len(report_id) - 1
    stem = "".join(c if _is_plain(c, 0 < n < last) else _encoded(c) for n, c in enumerate(report_id))
    if len(stem.encode()) <= MAX_STEM_BYTES:
        return stem
    digest = hashlib.sha256(report_id.encode()).hexdigest()[:20]
    return stem.encode()[: MAX_STEM_BYTES - 21].decode(errors="ignore") + "~" + digest


def write_text_and_metadata(report: AnnotatedReport, folder: Path, stem: str) -> tuple[Path, Path]:
    """Write ``<stem>.txt`` and ``<stem>.meta.json``; give their paths."""
    text, meta = folder / f"{stem}.txt", folder / f"{stem}.meta.json"
    text.write_bytes(report.text.encode())
    meta.write_text(json.dumps(metadata(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    return text, meta


def metadata(report: AnnotatedReport) -> dict[str, str]:
    """What a meta file says: the fields of the report that are known, the scheme, the hash of the text, the unit of offsets."""
    known = {_camel(name): getattr(report.report, name) for name in Report.__slots__}
    said = {key: value for key, value in known.items() if value}
    return {
        **said,
        "textSha256": text_sha256(report.text),
        "offsetUnit": "unicode-code-point",
        "scheme": report.scheme,
    }


def _is_plain(c: str, inside: bool) -> bool:
    """Whether a character may stand in a stem as it is; a point or a space only inside, where it hides and ends nothing."""
    return c.isalnum() or c in _PLAIN or (inside and c in ". ")


def _encoded(c: str) -> str:
    return "".join(f"%{byte:02X}" for byte in c.encode())


def _camel(name: str) -> str:
    """The key of a field: ``archived_url`` is ``archivedUrl``."""
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)

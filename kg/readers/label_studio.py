"""Label Studio: the JSON export of a project, one task a report.

Follows https://labelstud.io/guide/export (JSON and JSON-MIN); what regions say is for :mod:`kg.readers._regions`. Files of
before 2021 say ``completions`` for ``annotations``. The export does not name the field of ``data`` that was annotated: it is
the one in which the regions find their words. Other fields that are called as the keys of a meta file (``title``, ``issued`` …)
are the metadata of the report; a meta file or a row of ``metadata.csv`` wins over them.

Invariants: one annotation of each task is read, never several merged; a prediction only where no person annotated. Each task is
a report, or a problem that names it says why not.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kg.errors import Problem, ReadError
from kg.extent import parse_issued
from kg.model import AnnotatedReport, Report, text_sha256
from kg.readers._annotators import chosen, others_told
from kg.readers._json import beginning, read_json
from kg.readers._metadata import REPORT_FIELDS, TABLE, Metadata, meta_file, metadata_beside, metadata_by_id
from kg.readers._regions import Results, is_html, proved, shown

FORMAT = "label-studio"
_INFIX = f".{FORMAT}"
DEFAULT_SCHEME = "sitgraph-1"
MAX_VALUES = 2_000_000
"""The most values of a file: each may become a mention or a problem, however short it is. A region has a dozen."""

_MOST_FIELDS, _MANY_RESULTS = 100, 1000
_GROUND_TRUTH = "ground_truth"
_ANNOTATIONS = ("annotations", "completions")
_OF_A_TASK = frozenset(
    "id data annotations completions predictions drafts meta created_at updated_at inner_id project file_upload task_path "
    "total_annotations cancelled_annotations total_predictions comment_count unresolved_comment_count updated_by "
    "last_comment_updated_at comment_authors is_labeled overlap state allow_skip avg_lead_time file_upload_id".split()
)
_OF_A_ROW = frozenset("id annotator annotation_id created_at updated_at lead_time".split())
_METADATA = {key: name for key, name in REPORT_FIELDS.items() if name != "id"}
_TOKEN = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"|["{}\[\]:]', re.DOTALL)
_URL = re.compile(r"(?:https?|s3|gs|file)://\S+|/data/\S+")
_TAG = re.compile(r"<[a-zA-Z/!?]")
_MARKUP = re.compile(r"\s*<(?:!doctype|!--|[a-z][a-z0-9]*[\s>/])", re.IGNORECASE)


def detect(path: Path) -> bool:
    """Whether the file is JSON whose first object has the keys of a task, or of a row of JSON-MIN."""
    if path.suffix.lower() != ".json":
        return False
    text = beginning(path)
    keys, whole = _first_keys(text)
    if {"annotation_id", "annotator"} <= keys:
        return True
    judged = keys & {*_ANNOTATIONS, "predictions"}
    # A task that nobody judged, or whose beginning is all that is seen, must have no key but those of tasks.
    is_task = keys <= _OF_A_TASK and ("data" in keys or bool(judged)) and (text.lstrip().startswith("[") or not whole)
    return is_task or ("data" in keys and bool(judged))


def companions(path: Path) -> Iterable[Path]:
    """The metadata."""
    yield meta_file(_beside(path))
    yield path.with_name(TABLE)


def read(path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
    """The reports of the tasks of ``path``, and a problem for each task that is none."""
    try:
        value = read_json(path)
        _refuse_many_values(path, value)
    except ReadError as error:
        yield Problem(error.path, error.line or 0, error.message)
        return
    tasks = value if isinstance(value, list) else [value]
    if not tasks:
        yield Problem(str(path), 0, "holds no task", "warning")
    if any(isinstance(t, dict) and "annotation_id" in t and "data" not in t for t in tasks):
        tasks = list(_from_rows(tasks))
    for number, task in enumerate(tasks, 1):
        where = f"task {task['id']}" if isinstance(task, dict) and _is_id(task.get("id")) else f"task number {number}"
        try:
            if not isinstance(task, dict):
                raise ReadError(str(path), f"is {shown(task)}, expected an object")
            own = default_id.removesuffix(_INFIX) or _beside(path).stem
            yield _report(
                path, task, where, own if len(tasks) == 1 else f"{own}-{task.get('id', number)}", annotator, len(tasks)
            )
        except ReadError as error:
            yield Problem(error.path, error.line or 0, error.message, where=where, hint=error.hint)


def _beside(path: Path) -> Path:
    """Where the metadata are looked for: those of ``x.label-studio.json`` are called like those of ``x.json``."""
    return path.with_name(path.stem.removesuffix(_INFIX) + path.suffix)


def _first_keys(text: str) -> tuple[frozenset[str], bool]:
    """The keys of the first object of a file, alone or in a list, and whether the text holds all of it."""
    opening = text.lstrip()[:1]
    inside = {"{": 1, "[": 2}.get(opening, 0)
    keys: set[str] = set()
    depth, last = 0, ""
    for match in _TOKEN.finditer(text) if inside else ():
        sign = match.group()
        if sign == '"':
            break  # the beginning ends within a string
        if sign in "{[":
            depth += 1
        elif sign in "}]":
            depth -= 1
            if depth < inside:
                return frozenset(keys), True
        elif sign != ":":
            last = match[1]
        elif depth == inside:
            keys.add(last)
    return frozenset(keys), False


def _refuse_many_values(path: Path, value: object) -> None:
    ahead, count = [value], 0
    while ahead:
        at = ahead.pop()
        if isinstance(at, dict | list):
            count += len(at)
            if count > MAX_VALUES:
                raise ReadError(str(path), f"has more than MAX_VALUES ({MAX_VALUES:,}) values")
            ahead += at.values() if isinstance(at, dict) else at


def _from_rows(rows: Sequence[object]) -> Iterator[object]:
    """JSON-MIN as tasks: a row is one annotation, whose regions stand, without ids, under the name of their control."""
    tasks: dict[object, dict[str, object]] = {}
    for row in rows:
        ident = row.get("id") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not _is_id(ident):
            yield row
            continue
        regions = {k: v for k, v in row.items() if isinstance(v, list) and v and all(isinstance(r, dict) for r in v)}
        results = [
            {"id": f"{name}-{n}", "from_name": name, "type": _type_of(region), "value": region}
            for name, found in regions.items()
            for n, region in enumerate(found, 1)
        ]
        data = {k: v for k, v in row.items() if k not in regions and k not in _OF_A_ROW}
        task = tasks.setdefault(ident, {"id": ident, "data": data, "annotations": []})
        annotations = task["annotations"]
        assert isinstance(annotations, list)
        annotations.append({"completed_by": row.get("annotator"), "updated_at": row.get("updated_at"), "result": results})
    yield from tasks.values()


def _type_of(region: Mapping[str, object]) -> str:
    return next((k for k in region if k.endswith("labels")), "labels")


def _report(path: Path, task: Mapping[str, object], where: str, own_id: str, annotator: str, tasks: int) -> AnnotatedReport:
    data = task.get("data")
    if not isinstance(data, dict):
        raise ReadError(str(path), f"its data are {shown(data)}, expected an object")
    problems: list[Problem] = []
    results = _results(path, task, where, annotator, problems)
    meta = _metadata(path, data, own_id, tasks)
    text = _text(path, data, results)
    if meta.text_sha256 and meta.text_sha256 != text_sha256(text):
        raise ReadError(str(path), f"not the text that was annotated: SHA-256 {text_sha256(text)}, expected {meta.text_sha256}")
    scheme = meta.scheme or _string(data, "scheme") or DEFAULT_SCHEME
    found = Results(str(path), where, text, results, scheme.startswith("sitgraph"))
    return AnnotatedReport(
        report=meta.report,
        text=text,
        mentions=found.mentions,
        links=tuple(found.links),
        scheme=scheme,
        path=str(path),
        format=FORMAT,
        problems=(*meta.problems, *problems, *found.problems),
    )


def _metadata(path: Path, data: Mapping[str, object], own_id: str, tasks: int) -> Metadata:
    """What the task's data say, below what a meta file (of a file with one task) or the folder's table says."""
    said = {name: value for key, name in _METADATA.items() if (value := _string(data, key))}
    for name in ("issued", "retrieved"):
        try:
            parse_issued(said.get(name, "2000-01-01"))
        except ValueError as error:
            raise ReadError(str(path), f"{name}: {error}") from error
    ident = _string(data, "id") or own_id
    if not ident.isprintable() or not ident.strip():
        raise ReadError(str(path), f"id must be printable, found {ident!r}")
    below = replace(Report(ident), **said)
    if tasks > 1:
        return metadata_by_id(path.parent, below)
    beside = metadata_beside(_beside(path), ident)
    above = {name: value for name in Report.__slots__ if (value := getattr(beside.report, name))}
    return replace(beside, report=replace(below, **above))


def _results(path: Path, task: Mapping[str, object], where: str, annotator: str, problems: list[Problem]) -> Sequence[object]:
    """The results of the one annotation that is read; of a prediction, if nobody annotated the task."""

    def warn(message: str) -> None:
        problems.append(Problem(str(path), 0, message, "warning", where))

    made = [a for key in _ANNOTATIONS for a in _objects(path, task, key)]
    kept = [a for a in made if not (a.get("was_cancelled") or a.get("skipped"))]
    if len(kept) < len(made):
        warn(f"{len(made) - len(kept)} of {len(made)} annotations are cancelled: not read")
    if not made and _objects(path, task, "drafts"):
        warn("a draft is no annotation: not read")
    if kept:
        return _list_of(path, _one_of(path, kept, annotator, where, problems))
    predictions = _objects(path, task, "predictions")
    if predictions:
        models = {_model(p): p for p in predictions}
        model = chosen(path, models, annotator)
        warn(f"no annotation by a person: the prediction of {model} is read")
        return _list_of(path, models[model])
    if made:
        raise ReadError(str(path), "cancelled by who annotated it, and there is no other annotation")
    warn("holds no annotation")
    return ()


def _objects(path: Path, task: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    found = task.get(key, [])
    found = [] if found is None else found
    if not isinstance(found, list) or not all(isinstance(a, dict) for a in found):
        raise ReadError(str(path), f"its {key} are {shown(found)}, expected a list of objects")
    return found


def _list_of(path: Path, annotation: Mapping[str, object]) -> Sequence[object]:
    found = annotation.get("result", [])
    if not isinstance(found, list):
        raise ReadError(str(path), f"its result is {shown(found)}, expected a list")
    return found


def _one_of(
    path: Path, kept: Sequence[Mapping[str, object]], wanted: str, where: str, problems: list[Problem]
) -> Mapping[str, object]:
    """The ground truth, or the only annotator's, or that of the annotator who is asked for; of several by one, the latest."""
    by_name: dict[str, list[Mapping[str, object]]] = {}
    for annotation in kept:
        names = _names(annotation.get("completed_by"))
        truth = annotation.get(_GROUND_TRUTH) is True or annotation.get("honeypot") is True
        own = _GROUND_TRUTH if truth else next(iter(names), "an annotator without a name")
        name = wanted if wanted and wanted in names else own
        by_name.setdefault(name, []).append(annotation)
    taken = chosen(path, by_name, wanted)
    found = by_name[taken]
    if len(found) > 1:
        which = "are ground truth" if taken == _GROUND_TRUTH else "by one annotator"
        message = f"{len(found)} annotations {which}: the one that was changed last is read"
        problems.append(Problem(str(path), 0, message, "warning", where))
    problems += others_told(path, by_name, taken, where)
    return max(found, key=lambda a: str(a.get("updated_at") or a.get("created_at") or ""))


def _names(completed_by: object) -> tuple[str, ...]:
    """What an annotator is called: a number, or an object with an address and names, of which nothing is kept."""
    if isinstance(completed_by, dict):
        given = [completed_by.get(k) for k in ("email", "username", "id", "first_name", "last_name")]
        whole = f"{completed_by.get('first_name') or ''} {completed_by.get('last_name') or ''}".strip()
        return tuple(str(g) for g in (*given, whole) if _is_id(g) and g != "")
    return (str(completed_by),) if _is_id(completed_by) else ()


def _model(prediction: Mapping[str, object]) -> str:
    return _string(prediction, "model_version") or "a model without a name"


def _text(path: Path, data: Mapping[str, object], results: Sequence[object]) -> str:
    """The text that was annotated: the field in which most regions find their words, else the only one that can be it."""
    texts = {k: v for k, v in data.items() if isinstance(v, str) and v and k not in (*_METADATA, "id", "scheme")}
    if len(texts) > _MOST_FIELDS:
        raise ReadError(str(path), f"its data have {len(texts)} fields that may be the text, more than {_MOST_FIELDS}")
    if is_html(results):
        texts = {k: _text_content(v) if _MARKUP.match(v) else v for k, v in texts.items()}
    found = {k: max(proved(v, results[:_MANY_RESULTS])) for k, v in texts.items()}
    best = max(found.values(), default=0)
    likely = [k for k, n in found.items() if n == best]
    key = "text" if "text" in likely else likely[0] if best and likely else ""
    if not key:
        key = _only_text(path, data, texts)
    text = texts[key]
    if _URL.fullmatch(text):
        raise ReadError(str(path), f"its text is at {shown(text)}, and nothing is fetched")
    if not best and _MARKUP.match(text):
        raise ReadError(str(path), f"its {key} is HTML, and no region says where in it a text is")
    return text


def _only_text(path: Path, data: Mapping[str, object], texts: Mapping[str, str]) -> str:
    if len(texts) == 1:
        return next(iter(texts))
    if texts:
        names = ", ".join(sorted(texts))
        raise ReadError(str(path), f"no region says which field of its data is the text, there are {names}; call it text")
    if any(isinstance(v, list) and v and isinstance(v[0], dict) for v in data.values()):
        raise ReadError(str(path), "its data hold a dialogue or a table, a list of objects, and no text")
    raise ReadError(str(path), f"its data hold no text, only {', '.join(sorted(map(str, data))) or 'nothing'}")


def _text_content(markup: str) -> str:
    """The text nodes of a document, one behind the other: the ``textContent`` in which Label Studio counts.

    A tag ends at the next ``>``, whatever is around it: the standard library's parser takes a minute for a malformed 60 kB.
    """
    parts, at = [], 0
    document = markup.replace("\r\n", "\n").replace("\r", "\n")
    while (opening := document.find("<", at)) >= 0:
        parts.append(document[at:opening])
        if not _TAG.match(document, opening):
            parts.append("<")
            at = opening + 1
            continue
        end = "-->" if document.startswith("<!--", opening) else ">"
        closing = document.find(end, opening)
        if closing < 0:
            at = opening
            break
        at = closing + len(end)
    return "".join(html.unescape(part) for part in (*parts, document[at:]))


def _string(found: Mapping[str, object], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""


def _is_id(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)

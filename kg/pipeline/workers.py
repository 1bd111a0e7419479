"""Reading in several processes: each takes some files at a time and sends back the accounts of their reports.

A process is this program again, started as a command, so nothing of the caller is imported or copied into it; what it is told
and what it answers goes through its pipes. The accounts come in the order of the walk whatever was ready first, so the outcome
is the same as in one process. What is raised there is raised here; a process that ends without an answer is an error as well,
and none outlives the reading.
"""

from __future__ import annotations

import copyreg
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from kg import readers
from kg.errors import Problem, SitgraphError
from kg.model import AnnotatedReport, Report
from kg.pipeline.account import Account, Accounting, Setting
from kg.readers import Readable, Unclaimed, Walk
from kg.schemes import Row
from kg.store.inputs import Entry
from kg.view import local

WORTH = 2 * 1024**2
"""Bytes to be read from which on starting processes costs less than it saves."""
_MOST = 8
_SLICE = 128 * 1024
"""Bytes of files that are one task."""

_COMMAND = "from kg.pipeline.workers import serve; serve()"

Item = Account | Problem | Unclaimed


def accounts(walk: Walk, setting: Setting, folder: Path, workers: int | None = None) -> Iterator[Item]:
    """The accounts of what a walk reads, and the problems of what it cannot read, in its order.

    ``workers`` are as many processes; 0 is this one; without a number, what is worth it on this machine.
    """
    size = sum(map(_size, walk.readable))
    if number := _number(workers, len(walk.readable), size):
        yield from _elsewhere(walk, setting, folder, number)
        return
    with closing(Accounting(setting, folder, "read")) as accounting:
        for item in walk:
            yield accounting.of(item) if isinstance(item, AnnotatedReport) else item


def made_again(entries: Sequence[Entry], setting: Setting, folder: Path, workers: int | None = None) -> Iterator[Account]:
    """The accounts of reports as they were kept, in the order of the entries."""
    kept = [(e.report, e.file, e.format) for e in entries]
    if number := _number(workers, len(kept), 4096 * len(kept)):
        tasks = [_Task(again=tuple(kept[n : n + 100])) for n in range(0, len(kept), 100)]
        with _Processes(tasks, setting, folder, "again", number) as processes:
            for answer in processes.answers():
                yield from (a for a in answer if isinstance(a, Account))
        return
    with closing(Accounting(setting, folder, "again")) as accounting:
        for report in kept:
            yield accounting.again(*report)


def _number(wanted: int | None, things: int, size: int) -> int:
    if wanted is not None:
        return min(wanted, things)
    return min(os.cpu_count() or 1, _MOST, things) if size >= WORTH and things > 1 and sys.executable else 0


def _size(readable: Readable) -> int:
    """What there is to be read of it; compressed, it is more."""
    files = [f for f in readable.files if f.exists()]
    return sum(f.stat().st_size * (4 if f.suffix == ".gz" else 1) for f in files)


# -- here


@dataclass(frozen=True, slots=True)
class _Task:
    """Files, as a reader's name, path, default id and annotator; and reports that were kept."""

    files: tuple[tuple[str, Path, str, str], ...] = ()
    again: tuple[tuple[str, str, str], ...] = ()


def _tasks(walk: Walk) -> list[_Task]:
    tasks, files, size = list[_Task](), list[tuple[str, Path, str, str]](), 0
    for r in walk.readable:
        files.append((r.reader.FORMAT, r.path, r.default_id, r.annotator))
        size += _size(r)
        if size >= _SLICE:
            tasks.append(_Task(tuple(files)))
            files, size = [], 0
    return [*tasks, _Task(tuple(files))] if files else tasks


@dataclass(slots=True)
class _Told:
    """Stands in for the reader of a file that is read elsewhere, so that a walk goes on as if it were read here."""

    FORMAT: str
    answers: Iterator[list[Account | Problem]]
    accounts: deque[Account]

    def detect(self, path: Path) -> bool:
        """No file is looked for any more."""
        return False

    def read(self, path: Path, default_id: str = "", annotator: str = "") -> Iterator[AnnotatedReport | Problem]:
        """Names of reports in place of reports; the accounts wait in the same order."""
        for item in next(self.answers):
            if isinstance(item, Account):
                self.accounts.append(item)
                yield AnnotatedReport(Report(item.report), "", (), (), item.scheme, item.path, item.format)
            else:
                yield item


def _elsewhere(walk: Walk, setting: Setting, folder: Path, number: int) -> Iterator[Item]:
    waiting: deque[Account] = deque()
    with _Processes(_tasks(walk), setting, folder, "read", number) as processes:
        answers = processes.answers()
        entries = (
            replace(e, reader=_Told(e.reader.FORMAT, answers, waiting)) if isinstance(e, Readable) else e for e in walk.entries
        )
        for item in Walk(tuple(entries)):
            yield waiting.popleft() if isinstance(item, AnnotatedReport) else item


class _Processes:
    """Processes at work on tasks, a thread for each that talks to it; killed when the ``with`` is left."""

    def __init__(self, tasks: Sequence[_Task], setting: Setting, folder: Path, name: str, number: int) -> None:
        self._setting, self._folder, self._name = setting, folder, name
        self._todo = deque(zip(tasks, answered := [SimpleQueue[Any]() for _ in tasks], strict=True))
        self._expected = [(queue, len(task.files) + len(task.again)) for task, queue in zip(tasks, answered, strict=True)]
        self._processes = [_started() for _ in range(min(number, len(tasks)))]
        self._threads = [threading.Thread(target=self._serve, args=(n, p)) for n, p in enumerate(self._processes)]

    def __enter__(self) -> _Processes:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._todo.clear()
        for process in self._processes:
            process.kill()
        for thread in self._threads:
            thread.join()
        for process in self._processes:
            with suppress(BrokenPipeError), process:  # closes its pipes and waits
                pass

    def answers(self) -> Iterator[list[Account | Problem]]:
        """What each file, and each report that was kept, gave; in the order of the tasks."""
        for queue, number in self._expected:
            for _ in range(number):
                answer = queue.get()
                if isinstance(answer, BaseException):
                    raise answer
                yield answer

    def _serve(self, number: int, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        waiting: list[SimpleQueue[Any]] = []
        try:
            _send(process.stdin, (self._setting, self._folder, f"{self._name}-{number}"))
            while (given := self._next()) is not None:
                task, queue = given
                waiting = [queue]
                _send(process.stdin, task)
                while (answer := pickle.load(process.stdout)) is not None:
                    queue.put(answer)
            process.stdin.close()
        except (OSError, EOFError, ValueError, LookupError, AttributeError, ImportError, pickle.UnpicklingError):
            ended = SitgraphError(f"a process that reads reports ended without an answer (code {process.poll()})")
            for queue in (*waiting, *(q for _, q in self._todo)):
                queue.put(ended)

    def _next(self) -> tuple[_Task, SimpleQueue[Any]] | None:
        try:
            return self._todo.popleft()
        except IndexError:
            return None


def _started() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _COMMAND]
    path = os.pathsep.join(p for p in sys.path if p)
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
    )


def _send(pipe: IO[bytes], value: object) -> None:
    pickle.dump(value, pipe, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.flush()


# -- there


def serve() -> None:
    """What a process does: it is told the setting, then a task at a time, until its input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it
    told, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a reader prints is no answer
    _pack()
    setting, folder, name = pickle.load(told)
    accounting, known = Accounting(setting, folder, name), readers.readers()
    try:
        while True:
            for answer in _answered(pickle.load(told), accounting, known):
                accounting.flush()
                _send(answers, answer)
            _send(answers, None)
    except (EOFError, BrokenPipeError):
        return


def _answered(task: _Task, accounting: Accounting, known: Mapping[str, readers.Reader]) -> Iterator[object]:
    try:
        for format, path, ident, annotator in task.files:
            found = Readable(path, known[format], ident, annotator).read()
            yield [accounting.of(item) if isinstance(item, AnnotatedReport) else item for item in found]
        for kept in task.again:
            yield [accounting.again(*kept)]
    except SitgraphError as error:
        yield _passed(error)
    except Exception:  # noqa: BLE001  a fault of ours: it is raised where the process was started, with what is known of it here
        yield RuntimeError(f"in a process that reads reports:\n{traceback.format_exc()}")


def _passed(error: SitgraphError) -> SitgraphError:
    """An error that arrives as what it is, or at least as one of ours."""
    try:
        return error if type(pickle.loads(pickle.dumps(error))) is type(error) else SitgraphError(str(error))
    except TypeError:
        return SitgraphError(str(error))


def _pack() -> None:
    """Has the values that there are many of packed as their fields, without looking for these each time."""
    for cls in (local.Situation, local.Claim, local.Mention, Problem, Row):
        copyreg.pickle(cls, _packed(cls))


def _packed(cls: type[Any]) -> Callable[[Any], tuple[type[Any], tuple[Any, ...]]]:
    values = attrgetter(*(f.name for f in fields(cls)))
    return lambda value: (cls, values(value))

"""DecoderPool: processes that read media files side by side, each by itself, whatever the files do to them."""
from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

import torch

from .bad_media import BadMedia
from .segment_reader import SegmentReader


def read_side_by_side(reader: SegmentReader, paths: Sequence[str], workers: int) -> Iterator[tuple[int, str, Any]]:
    """What ``reader`` gives of each file; files are read side by side, and what belongs to one comes in its order.

    A process that a file brings down (a decoder that crashes, too little memory) is replaced, and only that file is lost. At most one batch
    of segments of each process waits for the caller.

    Args:
        reader: of the files.
        paths: the files.
        workers: processes; 0 reads in this one.

    Yields:
        the number of a file in ``paths``; 'opened', with its number of segments and seconds; 'segments', with some of them, any number of
        times; 'read' with None, or 'bad' with the reason, as the last of a file.
    """
    if not workers:
        for number, path in enumerate(paths):
            for message in _messages(reader, path):
                yield number, *message
        return
    pool = _Pool(reader, paths, min(workers, len(paths)))
    try:
        yield from pool.results()
    finally:
        pool.stop()


def _messages(reader: SegmentReader, path: str) -> Iterator[tuple[str, Any]]:
    """The messages about one file."""
    kind = 'opened'
    try:
        for found in reader.read(path):
            yield kind, found
            kind = 'segments'
    except BadMedia as problem:
        yield 'bad', str(problem)
    except (ValueError, ArithmeticError, MemoryError, OSError, RuntimeError) as problem:
        # What a hostile file makes PyAV, NumPy or torch say. The caller names the file, and goes on to the next.
        yield 'bad', f'{path}: {type(problem).__name__}: {problem}'
    else:
        yield 'read', None


class _Pool:
    """The processes of :func:`read_side_by_side`, and which file each of them reads."""

    def __init__(self, reader: SegmentReader, paths: Sequence[str], workers: int):
        # Forked, as those of a DataLoader: starting anew would take seconds each.
        methods = multiprocessing.get_all_start_methods()
        self._context = multiprocessing.get_context('fork' if 'fork' in methods else 'spawn')
        self._reader, self._paths, self._waiting = reader, paths, iter(range(len(paths)))
        self._at_work: dict[Connection, tuple[multiprocessing.process.BaseProcess, int]] = {}
        for _ in range(workers):
            self._hand_out(*self._start())

    def results(self) -> Iterator[tuple[int, str, Any]]:
        """See :func:`read_side_by_side`."""
        while self._at_work:
            for connection in wait(list(self._at_work)):
                process, number = self._at_work[connection]
                try:
                    kind, content = connection.recv()
                except (EOFError, OSError):
                    process.join()
                    del self._at_work[connection]
                    connection.close()
                    kind, content = 'bad', f'{self._paths[number]}: the process that decoded it ended ({_how(process.exitcode)})'
                    self._hand_out(*self._start())
                else:
                    if kind in ('read', 'bad'):
                        del self._at_work[connection]
                        self._hand_out(process, connection)
                yield number, kind, content

    def stop(self) -> None:
        """End all processes, those at work too."""
        for connection, (process, _) in self._at_work.items():
            process.terminate()
            process.join()
            connection.close()
        self._at_work.clear()

    def _start(self) -> tuple[multiprocessing.process.BaseProcess, Connection]:
        """A new process, and the line to it."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(self._reader, theirs, [ours, *self._at_work]), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    def _hand_out(self, process: multiprocessing.process.BaseProcess, connection: Connection) -> None:
        """The next file for a process; one for which there is none ends."""
        number = next(self._waiting, None)
        if number is None:
            connection.close()
            process.join()
        else:
            connection.send(self._paths[number])
            self._at_work[connection] = process, number


def _serve(reader: SegmentReader, connection: Connection, inherited: list[Connection]) -> None:
    """Read files as they are asked for, until the other end is closed, also by a killed process."""
    # The lines' other ends came along with the fork. As long as any process holds one open, its end would go unnoticed.
    for other in inherited:
        other.close()
    # A process that has been forked has no threads of torch.
    torch.set_num_threads(1)
    try:
        while True:
            for message in _messages(reader, connection.recv()):
                connection.send(message)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except KeyboardInterrupt:
        os._exit(1)


def _how(exitcode: int | None) -> str:
    """How a process ended, for people."""
    return f'signal {-exitcode}' if exitcode is not None and exitcode < 0 else f'exit status {exitcode}'

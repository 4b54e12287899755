import dataclasses
import multiprocessing
import os
import signal

import numpy as np

from avreg.datasets import BadMedia
from avreg.datasets.decoder_pool import read_side_by_side


@dataclasses.dataclass(frozen=True)
class Reader:
    """Reads nothing: a path says what shall happen."""

    def read(self, path):
        yield 3, 3.0
        for row in range(3):
            yield np.full(2, int(path) if path.isdigit() else -1)
            if path == 'crash':
                os.kill(os.getpid(), signal.SIGKILL)
            if path == 'bad':
                raise BadMedia('bad: it is')
            if path == 'odd':
                raise ValueError('never seen')


def test_a_file_that_brings_its_process_down_is_named_and_all_others_are_read():
    paths = ['0', 'crash', '2', 'bad', 'crash', '5', 'odd', '7', '8', 'crash']
    of_file = {number: [] for number in range(len(paths))}
    for number, kind, content in read_side_by_side(Reader(), paths, 3):
        of_file[number].append((kind, content))
    for number, messages in of_file.items():
        kinds = [kind for kind, _ in messages]
        if paths[number].isdigit():
            assert kinds == ['opened', 'segments', 'segments', 'segments', 'read']
            assert all((content == int(paths[number])).all() for kind, content in messages if kind == 'segments')
        else:
            assert kinds[0] == 'opened' and kinds[-1] == 'bad' and kinds.count('bad') == 1
    ends = {paths[number]: messages[-1][1] for number, messages in of_file.items()}
    assert ends['crash'] == 'crash: the process that decoded it ended (signal 9)' and ends['bad'] == 'bad: it is'
    assert ends['odd'] == 'odd: ValueError: never seen'


def test_an_end_before_the_end_leaves_no_process():
    results = read_side_by_side(Reader(), ['0', '1', '2', '3'], 2)
    next(results)
    assert len(multiprocessing.active_children()) == 2
    results.close()
    assert not multiprocessing.active_children()

"""Hundreds of bad submissions: one clear error each, nothing executed, bounded memory, never another kind of exception."""
import json
import os
import pickle
import shutil
import struct
import subprocess
import sys
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

from avreg.apis import evaluate_submission
from avreg.leaderboard import SubmissionError

ROW_BENCHMARKS = ('ave', 'llp', 'music_avqa', 'unav100')
ARRAY_BENCHMARKS = {'vggss': 'heatmap', 'avs_ms3': 'prob', 'avs_s4': 'prob'}
# Of what a good submission of any of them holds while it is read, with room.
MAX_MEMORY = 90 << 20


def rewrite(folder: Path, change) -> None:
    """Change the list of lines (bytes, without their ends) of predictions.jsonl."""
    path = folder / 'predictions.jsonl'
    path.write_bytes(b'\n'.join(change(path.read_bytes().splitlines())) + b'\n')


def of_line(change):
    """A mutation that changes the row on the third line."""
    def mutate(folder: Path) -> None:
        rewrite(folder, lambda lines: [*lines[:2], json.dumps(change(json.loads(lines[2]))).encode(), *lines[3:]])
    return mutate


def raw_line(text: bytes):
    """A mutation that puts these bytes in the place of the third line."""
    return lambda folder: rewrite(folder, lambda lines: [*lines[:2], text, *lines[3:]])


def every_field(value):
    """The row with ``value`` in all fields but the id."""
    return of_line(lambda row: {key: old if key == 'id' else value for key, old in row.items()})


def spliced(tail: bytes):
    """The third line with something before its last brace."""
    return lambda folder: rewrite(folder, lambda lines: [*lines[:2], lines[2][:-1] + tail + b'}', *lines[3:]])


LINES = {
    'missing sample': lambda folder: rewrite(folder, lambda lines: lines[1:]),
    'half of the samples': lambda folder: rewrite(folder, lambda lines: lines[::2]),
    'no line': lambda folder: rewrite(folder, lambda lines: []),
    'repeated id': lambda folder: rewrite(folder, lambda lines: [*lines, lines[0]]),
    'unknown id': lambda folder: rewrite(folder, lambda lines: [*lines, json.dumps({**json.loads(lines[0]), 'id': 'nobody'}).encode()]),
    'id of a path': of_line(lambda row: {**row, 'id': '../../../etc/passwd'}),
    'absolute id': of_line(lambda row: {**row, 'id': '/etc/passwd'}),
    'id null': of_line(lambda row: {**row, 'id': None}),
    'id list': of_line(lambda row: {**row, 'id': [row['id']]}),
    'id object': of_line(lambda row: {**row, 'id': {}}),
    'id true': of_line(lambda row: {**row, 'id': True}),
    'id float': of_line(lambda row: {**row, 'id': 1.5}),
    'id of a million characters': of_line(lambda row: {**row, 'id': 'x' * 1_000_000}),
    'id of zeros': of_line(lambda row: {**row, 'id': '\0'}),
    'no id': of_line(lambda row: {key: value for key, value in row.items() if key != 'id'}),
    'line cut off': lambda folder: rewrite(folder, lambda lines: [*lines[:2], lines[2][:len(lines[2]) // 2], *lines[3:]]),
    'two objects on a line': lambda folder: rewrite(folder, lambda lines: [lines[0] + lines[1], *lines[2:]]),
    'a list': raw_line(b'[1, 2]'),
    'a string': raw_line(b'"text"'),
    'null': raw_line(b'null'),
    'empty object': raw_line(b'{}'),
    'deep nesting': raw_line(b'[' * 200_000),
    'deep objects': raw_line(b'{"a":' * 50_000),
    'zeros': raw_line(b'\0' * 100),
    'not UTF-8': raw_line(b'{"id": "\xff\xfe"}'),
    'UTF-16': lambda folder: (folder / 'predictions.jsonl').write_bytes((folder / 'predictions.jsonl').read_text().encode('utf-16')),
    'Latin-1': raw_line('{"id": "é"}'.encode('latin-1')),
    'byte order mark': lambda folder: (folder / 'predictions.jsonl').write_bytes(b'\xef\xbb\xbf' + (folder / 'predictions.jsonl').read_bytes()),
    'a key twice': spliced(b', "id": "other"'),
    'NaN': spliced(b', "x": NaN'),
    'Infinity': spliced(b', "x": -Infinity'),
    'beyond float64': spliced(b', "x": 1e999'),
    'an integer of 5,000 digits': spliced(b', "x": ' + b'9' * 5000),
    'a line of 5 MB': spliced(b', "x": "' + b'y' * 5_000_000 + b'"'),
    'a million keys': spliced(b''.join(b', "%d": 0' % i for i in range(400_000)) + b', "0": 0'),
    'ten thousand blank lines': lambda folder: rewrite(folder, lambda lines: [*lines, *[b''] * 10_000]),
    'predictions are a folder': lambda folder: ((folder / 'predictions.jsonl').unlink(), (folder / 'predictions.jsonl').mkdir()),
    'predictions are a link to outside': lambda folder: ((folder / 'predictions.jsonl').rename(folder.parent / 'outside'),
                                                         (folder / 'predictions.jsonl').symlink_to(folder.parent / 'outside')),
    'predictions are a pipe': lambda folder: ((folder / 'predictions.jsonl').unlink(), os.mkfifo(folder / 'predictions.jsonl')),
    'predictions are a link to themselves': lambda folder: ((folder / 'predictions.jsonl').unlink(),
                                                            (folder / 'predictions.jsonl').symlink_to(folder / 'predictions.jsonl')),
    'predictions are missing': lambda folder: (folder / 'predictions.jsonl').unlink(),
}
FIELDS = {
    **{f'fields {json.dumps(value)[:20]}': every_field(value) for value in
       (None, True, 3, -1, 1.5, 'nothing', '', {}, [[]], [None], [[None, None, None]], [['x', 0, 1]], [['x', 0, 1, 1]], [0] * 10, 'x' * 1_000_000,
        [['Dog'] * 3] * 1000)},
    'no fields': of_line(lambda row: {'id': row['id']}),
}
META = {
    'meta missing': lambda path: path.unlink(),
    'meta empty': lambda path: path.write_text(''),
    'meta list': lambda path: path.write_text('[]'),
    'meta no JSON': lambda path: path.write_text('{benchmark: ave}'),
    'meta of another benchmark': lambda path: path.write_text(path.read_text().replace('"benchmark": "', '"benchmark": "x')),
    'meta of another split': lambda path: path.write_text(path.read_text().replace('"test"', '"train"')),
    'meta of no split': lambda path: path.write_text(path.read_text().replace('"test"', 'null')),
    'meta of a list of splits': lambda path: path.write_text(path.read_text().replace('"test"', '["test"]')),
    'meta without a method': lambda path: path.write_text(path.read_text().replace('"method"', '"name"')),
    'meta with a deep list': lambda path: path.write_text(path.read_text().rstrip().rstrip('}') + ', "x": ' + '[' * 600 + ']' * 600 + '}'),
    'meta with half a character': lambda path: path.write_text(path.read_text().rstrip().rstrip('}') + ', "x": "\\ud800"}'),
    'meta with a long name': lambda path: path.write_text(path.read_text().replace('"method": "', '"method": "' + 'x' * 200)),
    'meta with a name that turns round': lambda path: path.write_text(path.read_text().replace('"method": "', '"method": "\u202e')),
    'meta with a name that clears the screen': lambda path: path.write_text(path.read_text().replace('"method": "', '"method": "\\u001b[2J')),
    'meta with NaN': lambda path: path.write_text(path.read_text().rstrip().rstrip('}') + ', "x": NaN}'),
    'meta with a key twice': lambda path: path.write_text(path.read_text().rstrip().rstrip('}') + ', "split": "test"}'),
    'meta of 2 MB': lambda path: path.write_text(path.read_text() + ' ' * (2 << 20)),
    'meta not UTF-8': lambda path: path.write_bytes(b'\xff' + path.read_bytes()),
    'meta a folder': lambda path: (path.unlink(), path.mkdir()),
    'meta a link to outside': lambda path: (path.unlink(), path.symlink_to('/etc/passwd')),
}


class Harmful:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path):
        self.path = str(path)

    def __reduce__(self):
        return Path.touch, (Path(self.path), )


def npy(header: str, data: bytes = b'') -> bytes:
    """An npy file with any header."""
    text = header.encode() + b'\n'
    return b'\x93NUMPY\x01\x00' + struct.pack('<H', len(text)) + text + data


def zipped(name: str, content: bytes, compression=zipfile.ZIP_DEFLATED):
    def mutate(path: Path, array: str) -> None:
        with zipfile.ZipFile(path, 'w', compression) as archive:
            archive.writestr(name.format(array), content)
    return mutate


def saved(change):
    """A mutation that writes another array under the right name."""
    def mutate(path: Path, array: str) -> None:
        with np.load(path) as file:
            value = file[array]
        np.savez(path, **{array: change(value)})
    return mutate


def patched(offset: int):
    """A mutation that flips a byte ``offset`` before the end."""
    def mutate(path: Path, array: str) -> None:
        data = bytearray(path.read_bytes())
        data[-offset] ^= 0xff
        path.write_bytes(data)
    return mutate


HEADER = "{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}"
ARRAYS = {
    'no file': lambda path, array: path.unlink(),
    'empty file': lambda path, array: path.write_bytes(b''),
    'no zip': lambda path, array: path.write_bytes(b'PK\x03\x04 nothing'),
    'cut off': lambda path, array: path.write_bytes(path.read_bytes()[:-100]),
    'half': lambda path, array: path.write_bytes(path.read_bytes()[:path.stat().st_size // 2]),
    'directory of the zip damaged': patched(10),
    'an npy': lambda path, array: path.write_bytes(npy(HEADER.format('<f4', '(5, 8, 8)'), bytes(1280))),
    'a pickle': lambda path, array: path.write_bytes(pickle.dumps([1, 2])),
    'no member': lambda path, array: zipfile.ZipFile(path, 'w').close(),
    'a folder': lambda path, array: (path.unlink(), path.mkdir()),
    'a link to outside': lambda path, array: (path.unlink(), path.symlink_to('/etc/passwd')),
    'a pipe': lambda path, array: (path.unlink(), os.mkfifo(path)),
    'other name': zipped('other.npy', npy(HEADER.format('<f4', '(5, 8, 8)'), bytes(1280))),
    'nothing in it': saved(lambda a: a[:0]),
    'one dimension more': saved(lambda a: a[None]),
    'a number': saved(lambda a: a.ravel()[0]),
    'flat': saved(lambda a: a.ravel()),
    'NaN': saved(lambda a: np.where(a == a.max(), np.nan, a)),
    'infinite': saved(lambda a: np.where(a == a.max(), np.inf, a)),
    'complex': saved(lambda a: a.astype(complex)),
    'boolean': saved(lambda a: a > 0),
    'integers': saved(lambda a: a.astype(int)),
    'strings': saved(lambda a: a.astype('U8')),
    'bytes': saved(lambda a: a.astype('S8')),
    'times': saved(lambda a: np.zeros(a.shape, 'M8[s]')),
    'records': saved(lambda a: np.zeros(a.shape, [('a', 'f4'), ('b', 'f4')])),
    'nothing but a header': zipped('{}.npy', npy(HEADER.format('<f4', '(5, 40, 64)'))),
    'a header of 10^9 elements': zipped('{}.npy', npy(HEADER.format('<f4', '(1000, 1000, 1000)'), bytes(100))),
    'a header of 10^18 elements': zipped('{}.npy', npy(HEADER.format('<f4', '(1000000, 1000000, 1000000)'), bytes(100))),
    'a header of negative size': zipped('{}.npy', npy(HEADER.format('<f4', '(-5, 40, 64)'), bytes(51200))),
    'a header of objects': zipped('{}.npy', npy(HEADER.format('|O', '(5, 40, 64)'), pickle.dumps(1))),
    'a header with code': zipped('{}.npy', npy("{'descr': __import__('os').abort(), 'fortran_order': False, 'shape': (1,), }")),
    'a header that is no dict': zipped('{}.npy', npy('[]')),
    'a header of megabytes': zipped('{}.npy', b'\x93NUMPY\x02\x00' + struct.pack('<I', 50_000_000) + b' ' * 1000),
    'a header cut off': zipped('{}.npy', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (5, 40")),
    'a header of brackets': zipped('{}.npy', npy('(' * 4000)),
    'a header of version 9': zipped('{}.npy', b'\x93NUMPY\x09\x00' + bytes(100)),
    'no header': zipped('{}.npy', bytes(100)),
    'a zip bomb': zipped('{}.npy', npy(HEADER.format('<f4', '(5, 40, 64)'), bytes(100 << 20))),
    'a member that leads out': zipped('../../{}.npy', b'x'),
    'more data than the header says': zipped('{}.npy', npy(HEADER.format('<f4', '(5, 4, 4)'), bytes(4096))),
    'a large file': lambda path, array: path.open('r+b').truncate(1 << 30),
}


@pytest.fixture(autouse=True)
def watched(request):
    """Warnings of the annotations do not matter; memory does, where something large is promised (watching takes three times as long)."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        if not any(word in request.node.name for word in ('bomb', 'header', 'large', 'MB', 'million', 'deep', 'digits')):
            yield
            return
        tracemalloc.start()
        yield
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < MAX_MEMORY, f'{peak >> 20} MB'


@pytest.fixture
def submission(repo, tmp_path):
    """Copies a good submission: benchmark -> (annotations, folder). Of those with arrays the first six clips."""
    def copy(benchmark: str) -> tuple[Path, Path]:
        case, folder = repo / 'tests/data/metrics' / benchmark, tmp_path / 'submission'
        if benchmark not in ARRAY_BENCHMARKS:
            shutil.copytree(case / 'submission', folder)
            return case / 'annotations', folder
        annotations = tmp_path / 'annotations'
        annotations.mkdir()
        if benchmark == 'vggss':
            entries = json.loads((case / 'annotations/vggss.json').read_text())[:6]
            (annotations / 'vggss.json').write_text(json.dumps(entries))
            ids = [entry['file'] for entry in entries]
        else:
            name = benchmark.removeprefix('avs_')
            header, *rows = (case / f'annotations/{name}_meta_data.csv').read_text().splitlines()
            rows = [row for row in rows if row.split(',')[header.split(',').index('split')] == 'test'][:6]
            (annotations / f'{name}_meta_data.csv').write_text('\n'.join([header, *rows]))
            (annotations / f'{name}_data').symlink_to(case / f'annotations/{name}_data')
            ids = [f"{row.split(',')[2]}/{row.split(',')[0]}" if name == 's4' else row.split(',')[0] for row in rows]
        folder.mkdir()
        shutil.copy(case / 'submission/meta.json', folder)
        (folder / 'predictions.jsonl').write_text(''.join(json.dumps({'id': one}) + '\n' for one in ids))
        for one in ids:
            (folder / f'arrays/{one}.npz').parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(case / f'submission/arrays/{one}.npz', folder / f'arrays/{one}.npz')
        return annotations, folder
    return copy


def refused(benchmark: str, annotations: Path, folder: Path) -> SubmissionError:
    """The error; each problem it tells names a place in the submission, in a line or two."""
    with pytest.raises(SubmissionError) as caught:
        evaluate_submission(benchmark, annotations, folder)
    assert caught.value.problems and all(str(folder) in problem and len(problem) < 700 for problem in caught.value.problems)
    return caught.value


@pytest.mark.parametrize('benchmark', ROW_BENCHMARKS)
@pytest.mark.parametrize('name', LINES)
def test_bad_lines(submission, benchmark, name):
    annotations, folder = submission(benchmark)
    LINES[name](folder)
    refused(benchmark, annotations, folder)


@pytest.mark.parametrize('benchmark', ROW_BENCHMARKS)
@pytest.mark.parametrize('name', FIELDS)
def test_bad_fields(submission, benchmark, name):
    annotations, folder = submission(benchmark)
    FIELDS[name](folder)
    error = refused(benchmark, annotations, folder)
    assert error.count == 1 and 'predictions.jsonl:3 (id ' in str(error)


@pytest.mark.parametrize('benchmark', ('ave', 'vggss'))
@pytest.mark.parametrize('name', META)
def test_bad_meta(submission, benchmark, name):
    annotations, folder = submission(benchmark)
    META[name](folder / 'meta.json')
    assert 'meta.json' in str(refused(benchmark, annotations, folder))


@pytest.mark.parametrize('benchmark', ARRAY_BENCHMARKS)
@pytest.mark.parametrize('name', ARRAYS)
def test_bad_arrays(submission, benchmark, name):
    annotations, folder = submission(benchmark)
    path = sorted(folder.glob('arrays/**/*.npz'))[3]
    ARRAYS[name](path, ARRAY_BENCHMARKS[benchmark])
    error = refused(benchmark, annotations, folder)
    assert error.count == 1 and path.name in str(error)


@pytest.mark.parametrize('benchmark, change', [
    ('avs_ms3', lambda a: a[:, :, :-1]), ('avs_ms3', lambda a: a[:4]), ('avs_ms3', lambda a: 0 * a.astype(np.float64) + 1 + 1e-6),
    ('avs_s4', lambda a: -a - 1e-3), ('avs_s4', lambda a: a.transpose(0, 2, 1))])
def test_arrays_that_do_not_fit_the_annotations(submission, benchmark, change):
    annotations, folder = submission(benchmark)
    path = sorted(folder.glob('arrays/**/*.npz'))[3]
    saved(change)(path, 'prob')
    error = refused(benchmark, annotations, folder)
    assert error.count == 1 and path.name in str(error)


def test_nothing_is_executed(submission, tmp_path):
    annotations, folder = submission('vggss')
    for i, path in enumerate(sorted(folder.glob('arrays/*.npz'))[:3]):
        harmful = np.array([[Harmful(tmp_path / 'executed')]], object)
        np.savez(path, heatmap=harmful) if i < 2 else path.write_bytes(pickle.dumps(Harmful(tmp_path / 'executed')))
    assert refused('vggss', annotations, folder).count == 3
    assert not (tmp_path / 'executed').exists()


def test_a_folder_that_is_a_link_to_outside(submission, tmp_path):
    annotations, folder = submission('vggss')
    (folder / 'arrays').rename(tmp_path / 'elsewhere')
    (folder / 'arrays').symlink_to(tmp_path / 'elsewhere')
    error = refused('vggss', annotations, folder)
    assert error.count == 6 and 'is a link that leads out of the submission' in str(error)


@pytest.mark.parametrize('seed', range(40))
def test_flipped_bytes(submission, seed):
    """Whatever a damaged file holds: a score or a clear error, no other exception."""
    rng = np.random.default_rng(seed)
    benchmark = (*ROW_BENCHMARKS, 'vggss')[seed % 5]
    annotations, folder = submission(benchmark)
    paths = sorted(folder.glob('arrays/*.npz'))[:10] or [folder / 'predictions.jsonl']
    for path in paths:
        data = np.frombuffer(path.read_bytes(), np.uint8).copy()
        where = rng.integers(len(data), size=3)
        data[where] = rng.integers(256, size=3)
        path.write_bytes(data.tobytes())
    try:
        assert evaluate_submission(benchmark, annotations, folder).scores
    except SubmissionError as error:
        assert all(str(folder) in problem for problem in error.problems)


def test_a_thousand_mistakes_are_counted_and_a_hundred_told(submission):
    annotations, folder = submission('ave')
    rewrite(folder, lambda lines: [*lines, *[b'{"id": 3}'] * 1000])
    error = refused('ave', annotations, folder)
    assert error.count == 1000 and len(error.problems) == 100 and '... and 900 more' in str(error)


def test_the_command_leaves_with_status_2_and_writes_nothing(repo, submission, tmp_path):
    annotations, folder = submission('ave')
    LINES['beyond float64'](folder)
    META['meta of another split'](folder / 'meta.json')
    before = sorted(p.name for p in tmp_path.rglob('*'))
    done = subprocess.run([sys.executable, repo / 'tools/evaluate.py', 'ave', '--annotations', annotations, '--predictions', folder, '--out',
                           tmp_path / 'metrics.json'], capture_output=True, text=True)
    assert done.returncode == 2 and 'Traceback' not in done.stderr
    assert '2 problems' not in done.stdout and '3 problems' in done.stderr and '1e999 is beyond the range' in done.stderr
    assert sorted(p.name for p in tmp_path.rglob('*')) == before

"""tools/train.py and tools/test.py from end to end: data generation, joint training, determinism, SIGKILL, two processes."""
import json
import signal
import time

import pytest
import torch

from avreg.apis import evaluate_submission
from tests.tools.conftest import TINY

# Folder of each benchmark in an AVWorld.
ROOTS = dict(ave='ave', llp='llp', vggss='vggss', avs_s4='avsbench', avs_ms3='avsbench', avss='avsbench', music_avqa='music_avqa')


def weights(path) -> dict[str, torch.Tensor]:
    return torch.load(path, weights_only=False, map_location='cpu')['state_dict']


def assert_same_weights(a, b) -> None:
    a, b = weights(a), weights(b)
    assert a.keys() == b.keys()
    different = [name for name in a if not torch.equal(a[name], b[name])]
    assert not different


def read_metrics(folder) -> dict[str, float]:
    return json.loads((folder / 'metrics.json').read_text())


def test_trains_and_reports_every_benchmark(trained):
    metrics = read_metrics(trained)
    mains = ['ave/accuracy', 'llp/segment/type', 'vggss/ciou', 'avs_s4/miou', 'avs_ms3/miou', 'avss/miou', 'music_avqa/overall']
    assert {*mains, 'llp/event/type', 'score'} <= metrics.keys()
    assert all(isinstance(value, float) and 0 <= value <= 100 for value in metrics.values())
    assert metrics['score'] == pytest.approx(sum(metrics[name] for name in mains) / len(mains))


def test_the_table_shows_what_looking_at_nothing_scores(trained):
    log, = trained.glob('*/*.log')
    heading, = [line for line in log.read_text().splitlines() if line.startswith('| benchmark')]
    columns = [cell.strip() for cell in heading.strip('|').split('|')]
    assert columns[3:] == ['silent model', 'whole image', 'centre box', 'all background']
    rows = {tuple(cell.strip() for cell in line.strip('|').split('|')) for line in log.read_text().splitlines() if line.startswith('| ')}
    rows = {row[0]: dict(zip(columns, row)) for row in rows if row[0]}
    for benchmark in ('vggss', 'avs_s4', 'avs_ms3', 'avss'):
        assert all(0 <= float(rows[benchmark][column]) <= 100 for column in columns[2:])
    assert not rows['ave']['silent model'] and not rows['ave']['whole image']


def test_two_runs_give_the_same_weights_whatever_the_workers(tools, trained):
    tools.run('tools/train.py', TINY, '--work-dir', 'again', '--no-validate', '--cfg-options', 'train_dataloader.num_workers=2',
              'train_dataloader.persistent_workers=True', 'test_dataloader=None', 'test_evaluator=None', 'test_cfg=None')
    assert_same_weights(trained / 'iter_6.pth', tools.folder / 'again/iter_6.pth')


@pytest.mark.parametrize('after', [2, 4])
def test_killed_and_resumed_equals_uninterrupted(tools, trained, after):
    name = f'killed_{after}'
    process = tools.start('tools/train.py', TINY, '--work-dir', name)
    checkpoint = tools.folder / name / f'iter_{after}.pth'
    deadline = time.time() + 300
    while not checkpoint.exists():
        assert process.poll() is None and time.time() < deadline, 'the run ended before it could be killed'
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    # What a full disk or a broken copy leaves: the newest checkpoint is truncated.
    newest = max(checkpoint.parent.glob('iter_*.pth'), key=lambda p: int(p.stem[5:]))
    if after == 4:
        newest.write_bytes(newest.read_bytes()[:5000])
    done = tools.run('tools/train.py', TINY, '--work-dir', name, '--resume')
    assert (after != 4) or 'truncated or damaged' in done.stderr
    assert_same_weights(trained / 'iter_6.pth', tools.folder / name / 'iter_6.pth')
    assert read_metrics(tools.folder / name) == read_metrics(trained)


@pytest.fixture(scope='module')
def tested(tools, trained):
    """Folder of the submissions that a test of the trained checkpoint wrote, by number of processes."""
    for processes in (1, 2):
        tools.run('tools/test.py', TINY, str(trained / 'iter_6.pth'), '--work-dir', f'test{processes}', '--out', f'out{processes}',
                  processes=processes)
    return {processes: tools.folder / f'out{processes}' for processes in (1, 2)}


def test_two_processes_train_and_test(tools, trained, tested):
    tools.run('tools/train.py', TINY, '--work-dir', 'two', processes=2)
    assert read_metrics(tools.folder / 'two').keys() == read_metrics(trained).keys()
    # The same checkpoint, tested by two processes and by one, gives the same digits and the same submission.
    assert read_metrics(tools.folder / 'test2') == read_metrics(tools.folder / 'test1') == read_metrics(trained)
    for benchmark in ROOTS:
        a, b = (folder / benchmark / 'predictions.jsonl' for folder in tested.values())
        assert a.read_bytes() == b.read_bytes() and len(a.read_text().splitlines()) > 1


@pytest.mark.parametrize('benchmark', ROOTS)
def test_the_evaluator_scores_a_submission_to_the_same_digits(tools, tested, benchmark):
    result = evaluate_submission(benchmark, tools.folder / 'data/avworld' / ROOTS[benchmark], tested[1] / benchmark)
    printed = read_metrics(tools.folder / 'test1')
    assert {f'{benchmark}/{key}': value for key, value in result.scores.items()} == {
        key: value for key, value in printed.items() if key.startswith(f'{benchmark}/')}


def test_two_processes_resume_bit_identically(tools, trained):
    tools.run('tools/train.py', TINY, '--work-dir', 'two_part', '--cfg-options', 'train_cfg.max_iters=6', 'default_hooks.checkpoint.interval=3',
              processes=2)
    (tools.folder / 'two_part/iter_6.pth').rename(tools.folder / 'two_whole_6.pth')
    tools.run('tools/train.py', TINY, '--work-dir', 'two_part', '--resume', processes=2)
    assert_same_weights(tools.folder / 'two_part/iter_6.pth', tools.folder / 'two_whole_6.pth')

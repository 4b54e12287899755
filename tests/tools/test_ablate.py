"""tools/ablate.py: several configs and seeds, one table."""
import json

from tests.tools.conftest import TINY

OPTIONS = ('--seeds', '0', '1', '--out', 'ablation', '--cfg-options', 'benchmarks=[ave]', 'train_cfg.max_iters=2')


def test_one_table_of_all_runs_and_nothing_is_trained_twice(tools):
    done = tools.run('tools/ablate.py', TINY, *OPTIONS)
    folder = tools.folder / 'ablation'
    table = (folder / 'table.md').read_text()
    assert table in done.stdout and '[2/2] tiny, seed 1 done' in done.stdout
    results = json.loads((folder / 'table.json').read_text())['tiny']
    values = [results[seed]['ave/accuracy'] for seed in ('0', '1')]
    mean, deviation = sum(values) / 2, abs(values[0] - values[1]) / 2**0.5
    assert table.splitlines() == ['| config | seeds | `ave/accuracy` |', '| --- | --- | --- |', f'| `tiny` | 2 | {mean:.1f} ± {deviation:.1f} |']
    (folder / 'tiny/seed_0/metrics.json').write_text(json.dumps({'ave/accuracy': 100.0}))
    tools.run('tools/ablate.py', TINY, *OPTIONS, '--jobs', '2')
    assert json.loads((folder / 'table.json').read_text())['tiny']['0'] == {'ave/accuracy': 100.0}
    other = tools.run('tools/ablate.py', TINY, *OPTIONS[:-1], 'train_cfg.max_iters=3', check=False)
    assert other.returncode == 2 and 'holds runs of another' in other.stderr and 'Traceback' not in other.stderr


def test_a_run_that_fails_is_named_and_the_table_written(tools):
    done = tools.run('tools/ablate.py', TINY, '--out', 'failed', '--cfg-options', 'model.heads.avee.channels=3', check=False)
    assert done.returncode != 0 and 'tiny, seed 0: failed/tiny/seed_0/train.log' in done.stderr and 'Traceback' not in done.stderr
    assert (tools.folder / 'failed/table.md').read_text().splitlines()[-1].startswith('| `tiny` | 0 |')


def test_a_seed_counts_once(tools):
    done = tools.run('tools/ablate.py', TINY, '--seeds', '0', '0', check=False)
    assert done.returncode == 2 and '--seeds 0 0: each seed once' in done.stderr

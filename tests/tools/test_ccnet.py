"""CCNet through the tools, as a user runs them."""
import json

import pytest
import torch

from avreg.apis import evaluate_submission

TINY = 'tests/configs/tiny_ccnet.py'


@pytest.fixture(scope='module')
def trained_ccnet(tools):
    tools.run('tools/train.py', TINY, '--work-dir', 'ccnet')
    return tools.folder / 'ccnet'


def test_two_processes_score_the_checkpoint_as_one_did_and_draw_pictures(tools, trained_ccnet):
    done = tools.run('tools/test.py', TINY, trained_ccnet / 'iter_4.pth', '--work-dir', 'tested', '--show-dir', 'pictures',
                     '--out', 'submissions', processes=2)
    whole = json.loads((trained_ccnet / 'metrics.json').read_text())
    assert json.loads((tools.folder / 'tested/metrics.json').read_text()) == whole and 'unav100/map_avg' in whole
    result = evaluate_submission('unav100', tools.folder / 'data/untrimmed/unav100', tools.folder / 'submissions/unav100')
    assert {f'unav100/{key}': value for key, value in result.scores.items()} == {k: v for k, v in whole.items() if k.startswith('unav100/')}
    assert len(list((tools.folder / 'pictures/unav100').glob('*.png'))) == 4 and 'pictures are in pictures' in done.stdout + done.stderr


def test_a_resumed_training_goes_on_exactly(tools, trained_ccnet):
    (tools.folder / 'resumed').mkdir()
    for name in ('iter_2.pth', 'last_checkpoint'):
        (tools.folder / 'resumed' / name).write_bytes((trained_ccnet / name).read_bytes())
    (tools.folder / 'resumed/last_checkpoint').write_text(str(tools.folder / 'resumed/iter_2.pth'))
    tools.run('tools/train.py', TINY, '--work-dir', 'resumed', '--resume', '--no-validate')
    a, b = (torch.load(folder / 'iter_4.pth', weights_only=False) for folder in (trained_ccnet, tools.folder / 'resumed'))
    # The averaged and the raw weights, the running average of the losses among them.
    assert a['state_dict']['heads.unav100.normalizer'] != a['ema_state_dict']['module.heads.unav100.normalizer'] != 250
    for key in ('state_dict', 'ema_state_dict'):
        assert all(torch.equal(value, b[key][name]) for name, value in a[key].items())


def test_it_trains_under_torch_compile(tools):
    tools.run('tools/train.py', 'tests/configs/tiny_ccnet_compiled.py', '--work-dir', 'compiled')
    path, = (tools.folder / 'compiled').glob('*/*.log')
    assert 'Model has been "compiled"' in path.read_text()
    path, = (tools.folder / 'compiled').glob('*/vis_data/scalars.json')
    assert 0 < json.loads(path.read_text().splitlines()[0])['loss'] < 100

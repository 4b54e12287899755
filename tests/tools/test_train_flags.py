"""Flags of tools/train.py that change how a model is trained, and checkpoints that tools/test.py and --resume refuse."""
import json
import math

import pytest
import torch

from tests.tools.conftest import TINY

AVE = ('--no-validate', '--cfg-options', 'benchmarks=[ave]', 'train_cfg.max_iters=2', 'test_dataloader=None', 'test_evaluator=None',
       'test_cfg=None')


def losses(folder) -> list[float]:
    path, = folder.glob('*/vis_data/scalars.json')
    return [json.loads(line)['loss'] for line in path.read_text().splitlines()]


@pytest.fixture(scope='module')
def plain(tools):
    """Work directory of two iterations on AVE, on one process, whose rate --auto-scale-lr leaves as it is."""
    tools.run('tools/train.py', TINY, '--work-dir', 'plain', '--auto-scale-lr', *AVE)
    return tools.folder / 'plain'


def initial_rates(folder) -> list[float]:
    checkpoint = torch.load(folder / 'iter_2.pth', weights_only=False)
    return [group['initial_lr'] for group in checkpoint['optimizer']['param_groups']]


@pytest.mark.parametrize('name, arguments', [('amp', ['--amp', *AVE]), ('bf16', [*AVE, 'optim_wrapper.type=BFloat16OptimWrapper'])])
def test_bf16_on_a_cpu_is_near_single_precision(tools, plain, name, arguments):
    tools.run('tools/train.py', TINY, '--work-dir', name, *arguments)
    mixed, single = losses(tools.folder / name), losses(plain)
    assert len(mixed) == len(single) == 2 and all(map(math.isfinite, mixed))
    assert mixed != single and mixed == pytest.approx(single, rel=0.05)
    state = torch.load(tools.folder / name / 'iter_2.pth', weights_only=False)['state_dict']
    assert {x.dtype for x in state.values() if x.is_floating_point()} == {torch.float32}


def test_two_processes_scale_the_rate_of_a_joint_config(tools, plain):
    done = tools.run('tools/train.py', TINY, '--work-dir', 'scaled', '--auto-scale-lr', *AVE, processes=2)
    assert initial_rates(tools.folder / 'scaled') == pytest.approx([2 * rate for rate in initial_rates(plain)])
    assert done.stdout.count('learning rate scaled by 2') == 1


def test_checkpoints_that_do_not_fill_the_model_are_refused(tools, plain):
    checkpoint = torch.load(plain / 'iter_2.pth', weights_only=False)
    # A joint config has heads that this training did not have.
    done = tools.run('tools/test.py', TINY, plain / 'iter_2.pth', '--work-dir', 'refused', check=False)
    assert done.returncode == 2 and 'Traceback' not in done.stderr
    assert 'plain/iter_2.pth does not fit the model of' in done.stderr and 'it misses' in done.stderr and 'tiny.py' in done.stderr
    # What the model has no place for is left out.
    checkpoint['state_dict']['heads.llp.surplus'] = torch.zeros(1)
    torch.save(checkpoint, tools.folder / 'surplus.pth')
    done = tools.run('tools/test.py', TINY, 'surplus.pth', '--work-dir', 'tested', '--cfg-options', 'benchmarks=[ave]')
    assert 'no place for 1 keys of surplus.pth' in done.stdout + done.stderr


@pytest.mark.parametrize('script, arguments', [('tools/test.py', ['cut.pth']), ('tools/train.py', ['--resume', 'cut.pth'])])
def test_a_truncated_checkpoint_is_named(tools, plain, script, arguments):
    (tools.folder / 'cut.pth').write_bytes((plain / 'iter_2.pth').read_bytes()[:5000])
    done = tools.run(script, TINY, *arguments, '--work-dir', 'cut', check=False)
    assert done.returncode == 2 and 'Traceback' not in done.stderr and 'checkpoint cut.pth is truncated or damaged' in done.stderr


@pytest.mark.parametrize('script, arguments, told', [
    ('tools/make_avworld.py', ['--benchmarks', 'avee'], "did you mean 'ave'"),
    ('tools/make_avworld.py', ['--root', 'a_file', '--benchmarks', 'ave'], 'a_file is a file'),
    ('tools/analysis/measure_shortcuts.py', ['a_file'], 'a_file is not a folder'),
    ('tools/analysis/measure_shortcuts.py', ['.', '--benchmarks', 'avee'], "'avee' has no guesses"),
])
def test_mistakes_are_told_without_a_traceback(tools, script, arguments, told):
    (tools.folder / 'a_file').touch()
    done = tools.run(script, *arguments, check=False)
    assert done.returncode == 2 and told in done.stderr and 'Traceback' not in done.stderr

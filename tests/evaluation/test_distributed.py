"""Two processes give the numbers, and the submissions, of one."""
import json

import pytest
import torch.multiprocessing

from .samples import random_pixel_samples, random_samples
from .two_processes import evaluate, evaluate_pixels, work


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('two_processes')
    torch.multiprocessing.spawn(work, (str(folder),), nprocs=2)
    return folder


@pytest.fixture(scope='module')
def outcomes(folder):
    return [json.loads((folder / f'rank{rank}.json').read_text()) for rank in range(2)]


def test_equal_to_one_process_to_the_last_digit(folder, outcomes):
    expected = evaluate(folder / 'one', [random_samples()])
    assert outcomes[0]['metrics'] == expected  # JSON keeps every digit of a float
    assert outcomes[1]['metrics'] == expected
    files = sorted(path.relative_to(folder / 'one') for path in (folder / 'one').rglob('*') if path.is_file())
    assert len(files) == 6
    assert files == sorted(path.relative_to(folder / 'two') for path in (folder / 'two').rglob('*') if path.is_file())
    assert all((folder / 'one' / name).read_bytes() == (folder / 'two' / name).read_bytes() for name in files)


def test_masks_and_maps_equal_to_one_process_to_the_last_digit(outcomes):
    expected = evaluate_pixels(random_pixel_samples())
    assert len(expected) == 8
    assert outcomes[0]['pixels'] == outcomes[1]['pixels'] == expected


def test_an_error_reaches_every_rank(outcomes):
    assert "no question of type ('Visual', 'Counting')" in outcomes[0]['failure']
    assert outcomes[1]['failure'] == outcomes[0]['failure']


def test_a_rank_without_samples(outcomes):
    assert outcomes[0]['lonely'] == outcomes[1]['lonely'] == {'ave/accuracy': 90.0, 'score': 90.0}


def test_no_thread_of_the_group_outlives_it(outcomes):
    # One that does may abort the process when it ends.
    assert not [name for outcome in outcomes for name in outcome['threads'] if 'gloo' in name]

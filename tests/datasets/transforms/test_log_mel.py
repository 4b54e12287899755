from pathlib import Path

import numpy as np
import pytest
import torch

from avreg.datasets.transforms import LogMel
from avreg.datasets.transforms.log_mel import mel_matrix

GOLDEN = Path(__file__).resolve().parents[2] / 'data/vggish_log_mel.npz'


@pytest.fixture(scope='module')
def golden():
    with np.load(GOLDEN) as file:
        return dict(file)


def waveform(pcm16):
    return np.atleast_2d(pcm16.T).mean(0).astype(np.float32) / 32768


def test_mel_matrix(golden):
    assert mel_matrix().numpy() == pytest.approx(golden['mel_matrix'], abs=1e-12)


@pytest.mark.parametrize('name', ['one', 'stereo'])
@pytest.mark.parametrize('hop', ['second', 0.96])
def test_equals_the_published_code(golden, name, hop):
    results = LogMel(hop)(dict(waveform=waveform(golden[f'{name}_pcm16'])))
    assert results['log_mel'].dtype == np.float32
    assert results['log_mel'] == pytest.approx(golden[f'{name}_log_mel'], abs=1e-4)


def test_three_seconds_with_the_published_hop(shared_dir):
    case = np.load(shared_dir / 'golden/networks/vggish/case.npz')
    found = LogMel(0.96)(dict(waveform=waveform(case['three_pcm16'])))['log_mel']
    assert found == pytest.approx(case['three_log_mel'], abs=1e-4)


def test_second_hop_is_each_second_alone():
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 16000 * 3 + 700).astype(np.float32)
    together = LogMel()(dict(waveform=noise))['log_mel']
    alone = [LogMel()(dict(waveform=noise[16000 * t:16000 * (t + 1)]))['log_mel'] for t in range(3)]
    assert together.shape == (3, 1, 96, 64)
    assert together == pytest.approx(np.concatenate(alone), abs=1e-6)


@pytest.mark.parametrize('seconds, hop, count', [(5, 0.96, 5), (10, 0.96, 10), (1, 0.96, 1), (10, 0.32, 29),
                                                 (60, 'second', 60)])
def test_number_of_examples(seconds, hop, count):
    assert LogMel(hop).examples(torch.zeros(16000 * seconds)).shape == (count, 1, 96, 64)


def test_example_i_starts_at_i_hops():
    noise = torch.rand(48000) - 0.5
    examples = LogMel(0.32).examples(noise)
    assert torch.allclose(examples[2], LogMel(0.96).examples(noise[2 * 32 * 160:])[0], atol=1e-6)


@pytest.mark.parametrize('hop', ['seconds', 0, -1, 0.015])
def test_bad_hop(hop):
    with pytest.raises(ValueError, match='hop'):
        LogMel(hop)

import pytest
import torch

from avreg.datasets.transforms.log_mel import log_mel_frames
from avreg.models.data_preprocessors import AVDataPreprocessor
from tests.models.samples import make_samples


def batch(lengths=(3, 2, 3)) -> dict:
    g = torch.Generator().manual_seed(0)
    return dict(
        inputs=dict(
            audio=[torch.randn(n, 1, 96, 64, generator=g) for n in lengths],
            visual=[torch.randint(0, 256, (n, 3, 16, 16), generator=g, dtype=torch.uint8) for n in lengths]),
        data_samples=make_samples('ave', lengths=lengths))


@pytest.mark.parametrize('training', [False, True])
def test_padding_is_zero(training):
    inputs = AVDataPreprocessor()(batch(), training)['inputs']
    assert inputs['valid'].tolist() == [[True, True, True], [True, True, False], [True, True, True]]
    for key in ('audio', 'visual'):
        assert not inputs[key][~inputs['valid']].any() and inputs[key][inputs['valid']].flatten(1).any(1).all()


def test_muted_modality_is_zero_in_training_and_testing():
    preprocessor = AVDataPreprocessor(mute=('visual', ))
    for training in (False, True):
        inputs = preprocessor(batch(), training)['inputs']
        assert not inputs['visual'].any() and inputs['audio'].flatten(1).any(1).all()


@pytest.mark.parametrize('scale', [dict(), dict(audio_mean=0.0, audio_std=1.0)])
def test_muted_sound_is_silence(scale):
    """Of what LogMel makes of no sound at all, under whichever normalisation."""
    silence = log_mel_frames(torch.zeros(400 + 95 * 160)).float().view(1, 1, 96, 64)
    data = dict(inputs=dict(audio=[silence], visual=[torch.zeros(1, 3, 8, 8, dtype=torch.uint8)]), data_samples=make_samples('ave', lengths=(1, )))
    heard = AVDataPreprocessor(**scale)(data)['inputs']['audio']
    data['inputs']['audio'] = [torch.randn_like(silence)]
    torch.testing.assert_close(AVDataPreprocessor(**scale, mute=('audio', ))(data)['inputs']['audio'], heard)


def test_features_are_muted_too():
    data = batch()
    data['inputs']['visual'] = [torch.ones(n, 5) for n in (3, 2, 3)]
    assert not AVDataPreprocessor(mute=('visual', ))(data)['inputs']['visual'].any()


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"\['video'\] cannot be muted, only 'audio' and 'visual'"):
        AVDataPreprocessor(mute=('video', ))


def test_a_picture_stays_one_frame_and_is_repeated_only_beside_videos():
    data = batch((3, 3))
    data['data_samples'] = make_samples('ave', lengths=(3, 3))
    data['inputs']['visual'] = [clip[:1] for clip in data['inputs']['visual']]
    pictures = AVDataPreprocessor()(data)['inputs']
    assert pictures['visual'].shape[:2] == (2, 1) and pictures['valid'].shape == (2, 3)

    mixed = batch((3, 3))
    mixed['inputs']['visual'][0] = data['inputs']['visual'][0]
    visual = AVDataPreprocessor()(mixed)['inputs']['visual']
    assert visual.shape[:2] == (2, 3) and torch.equal(visual[0], pictures['visual'][0].expand(3, -1, -1, -1))


def test_segments_are_the_places_of_the_valid_ones_where_some_are_padded():
    inputs = AVDataPreprocessor()(batch())['inputs']
    assert inputs['segments'].tolist() == [0, 1, 2, 3, 4, 6, 7, 8]
    assert 'segments' not in AVDataPreprocessor()(batch((3, 3, 3)))['inputs']

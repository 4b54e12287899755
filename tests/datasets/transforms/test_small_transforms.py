"""Resize, augmentations, tokens, packing."""
import numpy as np
import pytest
import torch
from mmengine.logging import MMLogger
from PIL import Image

from avreg.benchmarks import get_card
from avreg.benchmarks.vocabulary import WordTokenizer
from avreg.datasets.transforms import (AudioGain, ConstructPrompt, FrameJitter, LogMel, PackAVInputs, RandomFlip, Resize, SpecMask, ThinSegments,
                                       TokenizeText)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize('size, shape', [(8, (8, 8)), ((6, 12), (6, 12)), (48, (48, 48))])
def test_resize_keeps_left_and_right(size, shape):
    frames = np.zeros((2, 16, 24, 3), np.uint8)
    frames[:, :, 12:, 0] = 200
    found = Resize(size)(dict(frames=frames))['frames']
    assert found.shape == (2, *shape, 3) and found.dtype == np.uint8 and found.flags.c_contiguous
    assert not found[:, :, :shape[1] // 4].any() and not found[..., 1:].any()
    assert (found[:, :, -shape[1] // 4:, 0] == 200).all()


def test_resize_of_the_right_size_is_nothing():
    frames = rng().integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    assert Resize(8)(dict(frames=frames))['frames'] is frames


def test_gain_on_log_mel_is_gain_on_the_waveform():
    waveform = (0.1 * rng().standard_normal(16000)).astype(np.float32)
    log_mel = LogMel()(dict(waveform=waveform))['log_mel']
    found = AudioGain(6)(dict(log_mel=log_mel, rng=rng(3)))['log_mel']
    factor = 10 ** (rng(3).uniform(-6, 6) / 20)
    assert found == pytest.approx(LogMel()(dict(waveform=np.float32(factor) * waveform))['log_mel'], abs=1e-3)


def test_mask_silences_a_stripe_only():
    log_mel = rng().uniform(0, 3, (2, 1, 96, 64)).astype(np.float32)
    found = SpecMask(8)(dict(log_mel=log_mel, rng=rng(2)))['log_mel']
    changed = (found != log_mel).any((0, 1, 2))
    assert 0 < changed.sum() <= 8 and np.ptp(np.flatnonzero(changed)) == changed.sum() - 1
    assert found[..., changed] == pytest.approx(np.log(0.01))
    assert log_mel.min() >= 0, 'the input must not be written into'


def test_jitter_is_alike_in_all_frames():
    frames = np.broadcast_to(rng().integers(60, 200, (1, 4, 4, 3), dtype=np.uint8), (3, 4, 4, 3))
    found = FrameJitter(0.1, 0.1)(dict(frames=frames, rng=rng(1)))['frames']
    assert found.dtype == np.uint8 and (found == found[:1]).all() and (found != frames).any()
    assert abs(found.astype(int) - frames).max() <= 26 + 13
    assert (FrameJitter(0, 0)(dict(frames=frames, rng=rng(1)))['frames'] == frames).all()


def test_tokens_of_question_prompt_or_replacement():
    tokens = TokenizeText()
    asked = tokens(dict(benchmark='music_avqa', sample_id=1, question='Where is the performance?'))['tokens']
    assert tokens.tokenizer.decode(asked) == 'where is the performance' and asked.dtype == np.int64
    prompt = tokens(dict(benchmark='ave', sample_id='x'))['tokens']
    assert tokens.tokenizer.decode(prompt) == get_card('ave').prompt
    replaced = TokenizeText(prompts=dict(ave='violin'))(dict(benchmark='ave', sample_id='x'))['tokens']
    assert tokens.tokenizer.decode(replaced) == 'violin'


def test_tokens_need_a_text_and_prompts_a_benchmark():
    with pytest.raises(ValueError, match='no question'):
        TokenizeText()(dict(benchmark='music_avqa', sample_id=1))
    with pytest.raises(ValueError, match="did you mean 'ave'"):
        TokenizeText(prompts=dict(avee='violin'))


def test_packing():
    frames = rng().integers(0, 256, (4, 5, 6, 3), dtype=np.uint8)
    log_mel = np.zeros((4, 1, 96, 64), np.float32)
    packed = PackAVInputs()(dict(frames=frames, log_mel=log_mel, tokens=np.arange(3), benchmark='music_avqa',
                                 sample_id=3, answer='violin', question='Where?', rng=rng(), flipped=True))
    assert packed['inputs']['visual'].shape == (4, 3, 5, 6) and packed['inputs']['visual'].dtype == torch.uint8
    # As they lie in the file's arrays: nothing is copied.
    assert packed['inputs']['visual'].is_contiguous(memory_format=torch.channels_last)
    assert (packed['inputs']['visual'][1, 2].numpy() == frames[1, :, :, 2]).all()
    sample = packed['data_samples']
    assert sample.gt_answer == 25 and sample.gt_answer.dtype == torch.int64 and sample.gt_answer.shape == ()
    assert sample.sample_id == 3 and sample.flipped and sample.answer == 'violin' and 'rng' not in sample


def test_packing_of_what_there_is():
    packed = PackAVInputs()(dict(log_mel=np.zeros((4, 1, 96, 64), np.float32), benchmark='llp', sample_id='a',
                                 gt_video=np.ones(25, np.float32), gt_audio=np.ones((4, 25), np.float32)))
    assert set(packed['inputs']) == {'audio'} and packed['data_samples'].gt_audio.shape == (4, 25)


def clip_of(seconds: int, seed: int = 0) -> dict:
    return dict(sample_id='a', frames=np.arange(seconds), log_mel=10 * np.arange(seconds), rng=np.random.default_rng(seed))


@pytest.mark.parametrize('seconds, step, kept', [(6, 2, [0, 2, 4]), (5, 2, [0, 2, 4]), (5, 1, [0, 1, 2, 3, 4]), (2, 3, [0])])
def test_thin_segments_keeps_picture_and_sound_of_the_same_seconds(seconds, step, kept):
    out = ThinSegments(step)(clip_of(seconds))
    assert out['frames'].tolist() == kept and out['log_mel'].tolist() == [10 * second for second in kept]


def test_thin_segments_may_start_at_any_of_the_first_n_and_never_keeps_nothing():
    starts = {tuple(ThinSegments(3, shift=True)(clip_of(7, seed))['frames'].tolist()) for seed in range(30)}
    assert starts == {(0, 3, 6), (1, 4), (2, 5)}
    assert all(len(ThinSegments(5, shift=True)(clip_of(2, seed))['frames']) == 1 for seed in range(10))


def test_thin_segments_says_what_is_wrong():
    with pytest.raises(ValueError, match=r'ThinSegments\(step=0\)'):
        ThinSegments(0)
    with pytest.raises(ValueError, match='sample a has 8 frames and 4 log-mel examples'):
        ThinSegments(2)(dict(clip_of(4), frames=np.arange(8)))


def test_a_crop_keeps_the_aspect_ratio_and_the_middle():
    frames = np.zeros((1, 20, 60, 3), np.uint8)
    frames[:, :, 20:40] = 200
    found = Resize(10, mode='bicubic', crop=True)(dict(frames=frames))['frames']
    assert found.shape == (1, 10, 10, 3) and found[:, :, 2:-2].min() > 190
    squeezed = Resize(10)(dict(frames=frames))['frames']
    assert squeezed[0, 5, 0, 0] == 0 and squeezed[0, 5, 5, 0] == 200
    with pytest.raises(ValueError, match="mode='nearest'"):
        Resize(10, mode='nearest')


@pytest.mark.parametrize('height, width', [(48, 85), (85, 48), (33, 50), (32, 32), (100, 31)])
def test_a_crop_is_that_of_clips_preprocessing(height, width):
    """The short side to 32, the long one rounded down, the middle rounded down; Pillow's bicubic filter."""
    frame = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    short = min(height, width)
    size = 32 * width // short, 32 * height // short
    left, top = (size[0] - 32) // 2, (size[1] - 32) // 2
    expected = Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC).crop((left, top, left + 32, top + 32))
    found = Resize(32, mode='bicubic', crop=True)(dict(frames=frame[None]))['frames'][0]
    assert np.abs(found.astype(int) - np.asarray(expected)).max() <= 2


def test_questions_prompts_and_choices_become_tokens():
    words = WordTokenizer()
    results = dict(benchmark='avqa', sample_id=1, question='Where is the violin?', choices=['on the left', 'the first', 'piano', 'NULL'])
    results = TokenizeText()(ConstructPrompt()(results))
    assert results['prompt'] == results['question'] and words.decode(results['tokens']) == 'where is the violin'
    assert results['choice_tokens'].shape == (4, 3) and words.decode(results['choice_tokens'][1]) == 'the first'
    template = 'What is the instrument on the <LR> of <Object>?'
    results = ConstructPrompt()(dict(benchmark='music_avqa', sample_id=1, question='?', template=template, templ_values=['left', 'flute']))
    assert results['prompt'] == 'The flute is seen, and on the left of it a second instrument.'
    assert words.decode(TokenizeText()(results)['prompt_tokens']).startswith('the flute is seen')
    assert ConstructPrompt()(dict(benchmark='ave', sample_id=1))['prompt'] == get_card('ave').prompt


def test_the_prompt_follows_a_mirrored_question():
    template = 'What is the instrument on the <LR> of <Object>?'
    sample = dict(benchmark='music_avqa', sample_id=1, question='What is the instrument on the left of flute?', template=template,
                  templ_values=['left', 'flute'], answer='piano', frames=np.zeros((1, 4, 4, 3), np.uint8), rng=np.random.default_rng(0))
    assert ' on the right ' in ConstructPrompt()(RandomFlip(1.0)(sample))['prompt']


def test_the_question_as_prompt_is_the_question():
    results = ConstructPrompt()(dict(benchmark='avqa', sample_id=1, question='What is it ?'))
    results = TokenizeText(tokenizer=dict(type=CharacterTokenizer))(results)
    assert results['tokens'].tolist() == results['prompt_tokens'].tolist() == list(map(ord, 'What is it '))


class CharacterTokenizer:
    """For which a question mark is a token."""

    def encode(self, text):
        return list(map(ord, text))


def test_words_outside_the_vocabulary_are_told_once(caplog):
    tokenize = TokenizeText()
    with caplog.at_level('WARNING', 'mmengine'):
        logger = MMLogger.get_instance('words outside')
        logger.addHandler(caplog.handler)
        for question in ('Is the violin louder?', 'Is the theremin louder?', 'Is the ocarina louder?'):
            tokenize(dict(benchmark='music_avqa', sample_id=1, question=question))
    told = [record.getMessage() for record in caplog.records if 'TokenizeText' in record.getMessage()]
    assert len(told) == 1 and "'theremin' in 'Is the theremin louder'" in told[0]

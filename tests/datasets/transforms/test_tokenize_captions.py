import numpy as np
import pytest
import torch

from avreg.benchmarks import CaptionTokenizer
from avreg.datasets.transforms import PackAVInputs, RandomFlip, TokenizeCaptions
from tests.models import tiny_clip


def sample(**known) -> dict:
    texts = ['A violin on the left falls silent.', 'No instrument is heard.',
             'A drum on the right plays slowly while a flute in the middle plays fast.']
    masks = np.zeros((3, 4, 6), np.float32)
    masks[0, :, :2] = 1
    return dict(benchmark='f_music', sample_id='a', descriptions=texts, gt_masks=masks, labelled=np.ones(3, bool),
                rng=np.random.default_rng(0), frames=np.zeros((3, 4, 6, 3), np.uint8), **known)


def test_a_row_a_frame_from_begin_to_end_then_padding():
    tokenizer = CaptionTokenizer()
    captions = TokenizeCaptions()(sample())['gt_captions']
    assert captions.shape == (3, 24) and captions.dtype == np.int64 and (captions[:, 0] == 1).all()
    assert ((captions == 2).sum(1) == 1).all() and not captions[1, 6:].any()
    assert [tokenizer.decode(row) for row in captions] == [text.lower().strip('.') for text in sample()['descriptions']]


def test_the_rest_of_a_longer_sentence_is_left_out_and_its_end_stays():
    captions = TokenizeCaptions(max_length=6)(sample())['gt_captions']
    assert CaptionTokenizer().decode(captions[2]) == 'a drum on the' and captions[2, -1] == 2 and captions[1].all()
    with pytest.raises(ValueError, match=r'TokenizeCaptions\(max_length=2\)'):
        TokenizeCaptions(max_length=2)


def test_a_word_that_nobody_knows_is_named_with_its_sample(tmp_path):
    unknown = dict(sample(), descriptions=['A zither on the left.'])
    with pytest.raises(ValueError, match=r"f_music sample a: 'zither' of .*`vocabulary`"):
        TokenizeCaptions()(unknown)
    (tmp_path / 'words.txt').write_text('on\nthe\nleft\n')
    tokens = TokenizeCaptions(dict(type='CaptionTokenizer', vocabulary=str(tmp_path / 'words.txt')), 8)(unknown)['gt_captions']
    assert tokens.tolist() == [[1, 3, 3, 4, 5, 6, 2, 0]]


def test_tokens_of_clip(tmp_path):
    transform = TokenizeCaptions(str(tiny_clip.make_tokenizer(tmp_path)), 12)
    tokenizer = transform.tokenizer
    captions = transform(dict(sample(), descriptions=['The violin', 'is it louder than the piano on the left of it']))['gt_captions']
    assert (captions[:, 0] == tokenizer.start).all() and captions[1, -1] == tokenizer.end
    assert tokenizer.decode(captions[0]) == 'the violin' and not captions[0, len(tokenizer.encode('the violin')):].any()


def test_a_flip_exchanges_left_and_right_in_words_tokens_and_masks_and_all_is_packed():
    results = TokenizeCaptions()(RandomFlip(1.0)(sample()))
    assert results['descriptions'][0] == 'A violin on the right falls silent.'
    assert CaptionTokenizer().decode(results['gt_captions'][2]).startswith('a drum on the left plays')
    packed = PackAVInputs()(results)['data_samples']
    assert packed.descriptions == results['descriptions']
    assert packed.gt_captions.dtype == torch.int64 and packed.gt_captions.shape == (3, 24)
    assert packed.gt_masks[0, :, 4:].all() and not packed.gt_masks[0, :, :4].any()
    twice = RandomFlip(1.0)(RandomFlip(1.0)(sample()))
    assert twice['descriptions'] == sample()['descriptions']

import pytest
import torch

from avreg.benchmarks import get_card
from avreg.benchmarks.vocabulary import WordTokenizer
from avreg.models.heads import QuestionAnsweringHead
from tests.models.conftest import make_features

VOCABULARY = len(WordTokenizer())


def head(**extra) -> QuestionAnsweringHead:
    torch.manual_seed(0)
    return QuestionAnsweringHead(channels=16, num_heads=2, **extra).eval()


def test_an_answer_is_scored_by_the_embedding_of_its_word():
    feats = make_features().replace(vocabulary=torch.randn(VOCABULARY, 16))
    plain = head(answers='music_avqa')(feats)
    word = WordTokenizer().encode('violin')[0]
    changed = feats.vocabulary.clone()
    changed[word] = torch.randn(16)
    other = head(answers='music_avqa')(feats.replace(vocabulary=changed))
    violin = get_card('music_avqa').label_index('violin')
    differs = (plain != other).any(0)
    assert plain.shape == (3, 42) and differs.nonzero().flatten().tolist() == [violin]


def test_learns_the_embeddings_through_the_answers():
    vocabulary = torch.randn(VOCABULARY, 16, requires_grad=True)
    head(answers='music_avqa')(make_features().replace(vocabulary=vocabulary)).logsumexp(1).sum().backward()
    touched = vocabulary.grad.abs().sum(1).nonzero().flatten().tolist()
    assert touched == sorted({word for label in get_card('music_avqa').labels for word in WordTokenizer().encode(label)})


def test_says_what_is_wrong_with_the_answers():
    with pytest.raises(ValueError, match='music_avqa has 42 labels'):
        head(answers='music_avqa', num_classes=40)
    with pytest.raises(ValueError, match=r'QuestionAnsweringHead needs AVFeatures\.vocabulary, which is missing'):
        head(answers='music_avqa')(make_features())


WITH_ENCODED = dict(streams=('audio', 'visual', 'spatial_audio', 'patches', 'encoded_patches'))


def test_what_the_encoder_saw_counts_and_its_padding_does_not():
    feats = make_features()
    changed = torch.randn_like(feats.encoded_patches)
    before = head(**WITH_ENCODED)(feats)
    there = feats.valid[:, :, None, None]
    assert (head(**WITH_ENCODED)(feats.replace(encoded_patches=torch.where(there, changed, feats.encoded_patches))) != before).any(1).all()
    assert torch.equal(head(**WITH_ENCODED)(feats.replace(encoded_patches=torch.where(there, feats.encoded_patches, changed))), before)


def test_questions_about_one_clip_read_what_the_encoder_saw_together():
    feats = make_features()
    clip = torch.tensor([1, 0, 2, 1])
    text = dict(text=torch.randn(4, 16), words=torch.randn(4, 4, 16), words_valid=torch.ones(4, 4, dtype=torch.bool))
    shared = feats.replace(clip=clip, weights={}, **text)
    assert torch.allclose(head(**WITH_ENCODED)(shared), head(**WITH_ENCODED)(shared.spread()), atol=1e-5)


def test_it_matters_where_a_patch_is_and_when():
    feats = make_features()
    before = head(**WITH_ENCODED)(feats)
    mirrored = {name: getattr(feats, name).flip(2) for name in ('patches', 'encoded_patches')}
    assert not torch.allclose(head(**WITH_ENCODED)(feats.replace(**mirrored)), before, atol=1e-4)
    whole = feats.replace(valid=torch.ones_like(feats.valid))
    reversed_ = {name: getattr(feats, name).flip(1) for name in WITH_ENCODED['streams']}
    assert not torch.allclose(head(**WITH_ENCODED)(whole.replace(**reversed_)), head(**WITH_ENCODED)(whole), atol=1e-4)


def test_a_stream_a_hundred_times_as_large_does_not_hide_the_others_from_the_summary():
    module, feats = head(**WITH_ENCODED), make_features()
    large = feats.replace(visual=100 * feats.visual)
    changed = large.replace(encoded_patches=large.encoded_patches + torch.randn(16))
    before, after = (module.summary(module._clip(x).flatten(1)) for x in (large, changed))
    assert ((after - before).abs().amax(-1) > 0.1).all()


def test_the_sentence_can_shut_out_a_stream():
    module, feats = head(**WITH_ENCODED), make_features()
    other = feats.replace(**{name: torch.randn_like(getattr(feats, name)) for name in ('visual', 'patches', 'encoded_patches')})
    with torch.no_grad():
        module.share.bias.copy_(torch.tensor([0.0, -200.0, -200.0, -200.0, -200.0]))
        assert not torch.allclose(module(other), module(feats), atol=1e-4)
        # Of the summary only the mean of the sound is left.
        module.summary_share.bias.fill_(-200.0)[0] = 0.0
        assert torch.equal(module(other), module(feats))
        module.share.bias.zero_()
        assert not torch.allclose(module(other), module(feats), atol=1e-4)


def test_of_patches_only_those_of_every_other_segment_are_looked_at():
    feats = make_features()
    later = torch.arange(feats.valid.shape[1])[:, None, None] % 2 == 1
    other = feats.replace(**{name: torch.where(later, torch.randn(getattr(feats, name).shape), getattr(feats, name))
                             for name in ('patches', 'encoded_patches')})
    for step, same in ((1, False), (2, True)):
        module = head(**WITH_ENCODED, patch_step=step)
        with torch.no_grad():
            # The summary holds all patches: of it only the mean of the sound.
            module.summary_share.bias.fill_(-200.0)[0] = 0.0
            assert torch.equal(module(other), module(feats)) == same
    assert not torch.equal(head(**WITH_ENCODED, patch_step=2)(other), head(**WITH_ENCODED, patch_step=2)(feats))


def test_works_without_an_exchange_between_the_words():
    assert head(**WITH_ENCODED, num_layers=0)(make_features()).shape == (3, 42)


def test_says_that_no_step_is_too_few():
    with pytest.raises(ValueError, match=r'patch_step=0\): at least 1'):
        head(patch_step=0)

import pytest
import torch

from avreg.models.necks import TopKTPM
from avreg.structures import take_segments


def build(**arguments):
    torch.manual_seed(0)
    return TopKTPM(**{'channels': 16, 'top_k': 2, 'num_heads': 2, **arguments}).eval()


def test_the_heaviest_segments_in_the_order_of_time(feats):
    neck = build()
    weights, chosen = neck.weigh(feats), neck(feats).selection
    assert torch.allclose(weights.sum(1), torch.ones(3)) and weights[~feats.valid].eq(0).all()
    for row, segments in zip(weights, chosen.segments.tolist()):
        assert segments == sorted(row.argsort(descending=True)[:2].tolist())
    assert torch.equal(chosen.audio[1, 1], feats.audio[1, chosen.segments[1, 1]])


@pytest.mark.parametrize('query', ['prompt', 'text', None])
def test_padding_is_selected_last_and_marked(feats, query):
    chosen = build(top_k=4, query=query)(feats).selection
    assert chosen.valid.sum(1).tolist() == [4, 3, 4] and chosen.segments[1, :3].tolist() == [0, 1, 2]
    assert (chosen.segments.diff(dim=1) > 0).all()


def test_evenly_over_each_clip(features):
    feats = features(lengths=(10, 5, 3))
    assert build(top_k=5, query=None)(feats).selection.segments.tolist() == [[1, 3, 5, 7, 9], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]
    everything = build(top_k=None)(feats).selection
    assert everything.segments.shape == (3, 10) and torch.equal(everything.valid, feats.valid) and not list(build(top_k=None).parameters())


def test_another_prompt_may_select_others(feats):
    neck = build()
    seen = {tuple(neck(feats.replace(prompt=torch.randn(3, 16, generator=torch.Generator().manual_seed(s)) * 5)).selection.segments[0].tolist())
            for s in range(20)}
    assert len(seen) > 2


def test_questions_about_one_clip_share_it(feats):
    clip = torch.tensor([2, 0, 0, 1])
    rows = dict(text=torch.randn(4, 16), prompt=torch.randn(4, 16))
    shared = feats.replace(clip=clip, selection=None, **rows)
    a, b = (build()(x).selection for x in (shared, shared.spread()))
    assert torch.equal(a.segments, b.segments) and torch.equal(a.audio, b.audio) and torch.equal(a.valid, b.valid)
    assert torch.equal(take_segments(feats.patches, a.segments, clip), take_segments(shared.spread().patches, b.segments))


def test_cut_leaves_the_selected_segments_alone(feats):
    whole, cut = build()(feats).selection, build(cut=True)(feats.replace(selection=None))
    assert cut.selection is None and cut.audio.shape == (3, 2, 16) and torch.equal(cut.audio, whole.audio)
    assert torch.equal(cut.patches, take_segments(feats.patches, whole.segments)) and torch.equal(cut.valid, whole.valid)
    assert torch.equal(cut.maps['selected'], whole.segments) and cut.pixels[0].shape[1] == 2


def test_only_a_trainable_selection_has_weights_that_learn(feats):
    frozen, free = build().train(), build(trainable_selection=True).train()
    assert not any(p.requires_grad for p in frozen.parameters()) and frozen(feats).selection.weights is None
    weights = free(feats).selection.weights
    torch.testing.assert_close(weights.mean(1), torch.ones(3))
    weights[:, 0].sum().backward()
    assert all(p.grad is not None for p in free.parameters())


@pytest.mark.parametrize('arguments, message', [
    (dict(query='question'), "query='question'"), (dict(patch_index='last'), "patch_index='last'"), (dict(top_k=0), 'top_k=0'),
    (dict(num_heads=3), 'not a multiple'), (dict(top_k=None, trainable_selection=True), 'no segment is weighed')])
def test_a_wrong_argument_is_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        build(**arguments)


def test_cut_weighs_and_shortens_whatever_has_segments(feats):
    cut = build(cut=True, trainable_selection=True)(feats.replace(selection=None))
    whole = build(trainable_selection=True)(feats.replace(selection=None)).selection
    assert cut.frames.shape[1] == cut.fused[0].shape[1] == 2
    for name in ('audio', 'encoded_audio', 'spatial_audio'):
        torch.testing.assert_close(getattr(cut, name), take_segments(getattr(feats, name), whole.segments) * whole.weights.unsqueeze(-1))


def test_a_missing_prompt_is_told_with_what_makes_it(feats):
    with pytest.raises(ValueError, match='TopKTPM needs AVFeatures.prompt.*Put ConstructPrompt before TokenizeText'):
        build()(feats.replace(prompt=None))

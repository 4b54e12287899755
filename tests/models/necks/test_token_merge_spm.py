import pytest
import torch

from avreg.models.necks import TokenMergeSPM, TopKTPM


def build(**arguments):
    torch.manual_seed(0)
    return TokenMergeSPM(**{'channels': 16, 'num_heads': 2, **arguments}).eval()


def test_without_a_selection_every_segment_is_looked_at(feats):
    out = build()(feats.replace(selection=None))
    assert out.spatial_audio.shape == feats.audio.shape and out.patches.shape == feats.patches.shape
    torch.testing.assert_close(out.maps['sound'][feats.valid].sum(-1), torch.ones(int(feats.valid.sum())))


def test_merged_here_the_map_lies_on_the_grid(feats):
    out = build(num_tokens=3)(feats.replace(selection=None))
    assert out.patches.shape == (3, 5, 3, 16) and out.token_group.shape == (3, 5, 6) and out.maps['sound'].shape == (3, 5, 6)
    # Places of one token share its weight.
    group, heat = out.token_group[0, 0], out.maps['sound'][0, 0]
    assert all(len(heat[group == g].unique()) == 1 for g in range(3))
    torch.testing.assert_close(out.maps['sound'][feats.valid].sum(-1), torch.ones(int(feats.valid.sum())))


@torch.no_grad()
def test_shared_clips_and_their_copies_give_the_same(feats):
    """Four questions about two clips: all five segments of the clips are fewer than those that the questions select."""
    clip = torch.tensor([1, 0, 0, 1])
    pair = feats.replace(selection=None, **{name: getattr(feats, name)[:2] for name in ('audio', 'visual', 'patches', 'valid', 'encoded_audio',
                                                                                       'encoded_visual', 'encoded_patches', 'spatial_audio')},
                         pixels=None, text=torch.randn(4, 16), prompt=torch.randn(4, 16), words=None, words_valid=None, clip=clip)
    torch.manual_seed(0)
    select, look = TopKTPM(16, top_k=3, num_heads=2).eval(), build(num_tokens=3)
    a, b = (look(select(x)).selection for x in (pair, pair.spread()))
    assert a.tokens is None and a.whole['tokens'].shape == (2, 5, 3, 16) and not b.whole
    a = a.spread(clip)
    for name in ('tokens', 'spatial'):
        torch.testing.assert_close(getattr(a, name)[a.valid], getattr(b, name)[b.valid])


def test_wider_patches_are_projected_and_the_order_of_tokens_does_not_matter(feats):
    neck = build(patch_channels=16)
    feats = feats.replace(selection=None)
    out, mixed = neck(feats), neck(feats.replace(patches=feats.patches[:, :, [3, 0, 5, 1, 4, 2]]))
    torch.testing.assert_close(out.spatial_audio, mixed.spatial_audio)


@torch.no_grad()
def test_sound_that_another_neck_changed_after_the_selection_is_not_what_looks(feats):
    """However many questions share a clip."""
    clip = torch.tensor([1, 0, 0, 1])
    pair = feats.replace(selection=None, **{name: getattr(feats, name)[:2] for name in ('audio', 'visual', 'patches', 'valid')}, encoded_audio=None,
                         encoded_visual=None, encoded_patches=None, spatial_audio=None, pixels=None, fused=None, frames=None, pyramid=None,
                         text=torch.randn(4, 16), prompt=torch.randn(4, 16), words=None, words_valid=None, clip=clip)
    torch.manual_seed(0)
    select, look = TopKTPM(16, top_k=3, num_heads=2).eval(), build()
    results = []
    for x in (pair, pair.spread()):
        x = select(x)
        results.append(look(x.replace(audio=x.audio.flip(-1) + 1)).selection.spatial)
    torch.testing.assert_close(*results)


@torch.no_grad()
def test_tokens_merged_twice_are_still_known_by_their_places(feats):
    once = build(num_tokens=4)(feats.replace(selection=None))
    twice = build(num_tokens=2)(once)
    assert twice.token_group.shape == (3, 5, 6) and twice.maps['sound'].shape == (3, 5, 6)
    # Places that were one token stay one.
    for group, again in zip(once.token_group.flatten(0, 1), twice.token_group.flatten(0, 1)):
        assert all(len(again[group == g].unique()) <= 1 for g in range(4))


def test_at_least_one_token_is_left():
    with pytest.raises(ValueError, match=r'TokenMergeSPM\(num_tokens=0\)'):
        build(num_tokens=0)

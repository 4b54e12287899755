import torch

from avreg.models.necks import MultiModalIntegration
from tests.models.conftest import make_features


def make_neck(**extra) -> MultiModalIntegration:
    torch.manual_seed(0)
    return MultiModalIntegration(channels=16, in_channels=(4, 6, 8, 8), num_heads=2, **extra).eval()


def test_fused_tokens_stay_on_the_two_coarse_grids():
    feats = make_features()
    out = make_neck()(feats.replace(fused=None))
    assert [tuple(x.shape) for x in out.fused] == [(3, 5, 16, 2, 3), (3, 5, 16, 1, 2)]
    weights = out.maps['integration']
    assert weights.shape == (3, 5, 8)
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 5))
    assert out.pixels is feats.pixels


def test_padding_and_the_order_of_the_batch_change_nothing():
    feats, order, neck = make_features(), [2, 0, 1], make_neck()
    out = neck(feats)
    dirty = [torch.where(feats.valid[..., None, None, None], x, 50.0) for x in feats.pixels]
    other = neck(feats.replace(pixels=[x[order] for x in dirty], audio=feats.audio[order], valid=feats.valid[order]))
    for a, b in zip(out.fused, other.fused):
        torch.testing.assert_close(a[order], b, atol=1e-5, rtol=1e-5)
        assert (b[~feats.valid[order]] == 0).all()


def test_sound_and_picture_reach_each_other():
    feats, neck = make_features(), make_neck()
    out = neck(feats)
    deaf = neck(feats.replace(audio=feats.audio.roll(1, 0)))
    blind = neck(feats.replace(pixels=[x.roll(1, 0) for x in feats.pixels]))
    assert all(not torch.allclose(a, b) for a, b in zip(out.fused, deaf.fused))
    assert not torch.allclose(out.audio, blind.audio)


def test_one_triple_of_projections_serves_space_and_time():
    layer = make_neck(num_layers=1).layers[0]
    attentions = [name for name, module in layer.named_children() if name.endswith('qkv')]
    assert attentions == ['visual_qkv', 'audio_qkv']
    # With one segment time is a pass over a single key: its values alone; with one place space is.
    calls = []
    layer.visual_qkv.register_forward_hook(lambda module, args, out: calls.append(tuple(args[0].shape)))
    layer(torch.randn(2, 5, 16), torch.randn(2, 5, 6, 16), torch.ones(2, 5, dtype=torch.bool))
    assert calls == [(10, 6, 16), (12, 5, 16)]

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from avreg.registry import MODELS


def encoder(**arguments):
    torch.manual_seed(0)
    return MODELS.build(dict(type='EmbeddedPyramidEncoder', **arguments))


def frames(B=2, T=3, H=112, W=112) -> torch.Tensor:
    return torch.randn(B, T, 3, H, W, generator=torch.Generator().manual_seed(0))


def test_shapes():
    out = encoder()(frames())
    assert out.keys() == {'pixels'}
    assert [tuple(x.shape) for x in out['pixels']] == [(2, 3, 24, 28, 28), (2, 3, 48, 14, 14), (2, 3, 96, 7, 7), (2, 3, 128, 4, 4)]
    maps = encoder(widths=(8, 8, 16, 16), depths=(1, 1, 1, 1))(frames(1, 1, 64, 96))['pixels']
    assert [tuple(x.shape[2:]) for x in maps] == [(8, 16, 24), (8, 8, 12), (16, 4, 6), (16, 2, 3)]


def test_one_pass_gives_visual_and_patches_too():
    out = encoder(frame_channels=32)(frames(H=64, W=96))
    assert out['visual'].shape == (2, 3, 32) and out['patches'].shape == (2, 3, 24, 32) and out['grid'] == (4, 6)
    plain = encoder()(frames(H=64, W=96))
    assert all(torch.equal(a, b) for a, b in zip(out['pixels'], plain['pixels']))


def test_a_patch_looks_at_its_place():
    model, x = encoder(frame_channels=32), torch.zeros(1, 1, 3, 112, 112)
    before = model(x)['patches'][0, 0]
    x[..., 80:96, 32:48] = 1
    changed = (model(x)['patches'][0, 0] - before).norm(dim=-1).view(7, 7)
    assert changed[5, 2] > 0 and changed[:2].max() == 0 and changed[:, 6].max() == 0, 'only what lies near row 5, column 2'


@torch.no_grad()
def test_a_frame_depends_on_no_other():
    model, x = encoder(frame_channels=32).train(), frames()
    whole, permuted, alone = model(x), model(x.flip(0, 1)), model(x[1:, 2:])
    for a, b, c in zip(*([*out['pixels'], out['visual'], out['patches']] for out in (whole, permuted, alone))):
        torch.testing.assert_close(a.flip(0, 1), b, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(a[1:, 2:], c, atol=1e-5, rtol=1e-5)


def test_every_weight_learns():
    model = encoder(frame_channels=32)
    out = model(frames())
    sum(x.square().mean() for x in (*out['pixels'], out['visual'])).backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()] == []


@pytest.mark.parametrize('frame_channels', [None, 128])
def test_is_cheap(frame_channels):
    with FlopCounterMode(display=False) as counter:
        encoder(frame_channels=frame_channels)(frames(1, 1))
    assert counter.get_total_flops() < 40e6


def test_errors_say_what_would_be_right():
    with pytest.raises(ValueError, match=r'four stages .* got widths=\(8, 8, 8\) and depths=\(1, 2, 2, 1\)'):
        encoder(widths=(8, 8, 8))
    with pytest.raises(ValueError, match='at least one convolution each'):
        encoder(depths=(1, 0, 1, 1))
    with pytest.raises(ValueError, match=r'H and W multiples of 16, got \(1, 1, 3, 100, 112\)'):
        encoder()(torch.zeros(1, 1, 3, 100, 112))

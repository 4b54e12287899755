import torch

from avreg.models.necks import PositionEncoding


def test_tells_segments_and_places_apart(feats):
    neck = PositionEncoding(channels=16, grid=(2, 3))
    same = feats.replace(audio=torch.zeros_like(feats.audio), visual=torch.zeros_like(feats.visual), patches=torch.zeros_like(feats.patches))
    out = neck(same)
    assert not torch.allclose(out.audio[:, 0], out.audio[:, 1])
    assert torch.equal(out.audio[0], out.audio[1]), 'the position alone decides'
    assert not torch.allclose(out.patches[:, 0, 0], out.patches[:, 0, 1])


def test_another_grid_is_interpolated(feats):
    out = PositionEncoding(channels=16, grid=(4, 4))(feats)
    assert out.patches.shape == feats.patches.shape

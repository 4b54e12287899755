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


def test_with_norm_positions_count_however_large_the_features_are(feats):
    neck = PositionEncoding(channels=16, grid=(2, 2), norm=True)
    names = ('audio', 'visual', 'patches')
    out, large = neck(feats), neck(feats.replace(**{name: 100 * getattr(feats, name) for name in names}))
    for name in names:
        torch.testing.assert_close(getattr(out, name)[feats.valid], getattr(large, name)[feats.valid], rtol=1e-3, atol=1e-3)
    still = neck(feats.replace(audio=torch.ones_like(feats.audio))).audio
    assert (still[:, 1:] - still[:, :-1]).norm(dim=-1).min() > 0.1

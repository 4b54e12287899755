import pytest
import torch

from avreg.models.heads import SourceLocalizationHead
from tests.models.conftest import make_features
from tests.models.samples import make_samples


def matched() -> SourceLocalizationHead:
    """A head that compares the vectors as they are."""
    head = SourceLocalizationHead(channels=16)
    for linear in (head.audio, head.patch):
        torch.nn.init.eye_(linear.weight)
        torch.nn.init.zeros_(linear.bias)
    return head


def test_the_map_is_highest_where_the_patch_is_the_sound():
    feats = make_features()
    audio = feats.spatial_audio[:, :1].expand(-1, 5, -1)
    patches = feats.patches.clone()
    patches[:, :, 4] = audio
    samples = matched().predict(feats.replace(spatial_audio=audio, patches=patches), make_samples('vggss'))
    for sample in samples:
        assert sample.pred_heatmap.shape == (2, 3) and sample.pred_heatmap.argmax() == 4
        torch.testing.assert_close(sample.pred_heatmap.max(), torch.tensor(1.0))


def test_loss_is_low_where_every_sound_is_in_its_own_clip_and_high_where_it_is_in_the_next():
    feats = make_features()
    own, wrong = feats.patches.clone(), feats.patches.clone()
    own[:, :, 2] = feats.spatial_audio[:, :1]
    wrong[:, :, 2] = feats.spatial_audio[:, :1].roll(1, 0)
    sound = feats.spatial_audio[:, :1].expand(-1, 5, -1)
    losses = [matched().loss(feats.replace(spatial_audio=sound, patches=p), make_samples('vggss'))['loss_contrast'] for p in (own, wrong)]
    assert losses[0] < 0.05 and losses[1] > 1


@torch.no_grad()
def test_similarities_below_the_floor_are_all_the_same():
    feats, head = make_features(), matched()
    free = head.predict(feats, make_samples('vggss'))
    head.floor = 0.1
    for sample, before in zip(head.predict(feats, make_samples('vggss')), free):
        assert sample.pred_heatmap.min() == pytest.approx(0.1)
        torch.testing.assert_close(sample.pred_heatmap, before.pred_heatmap.clamp(min=0.1))

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing

from avreg.models.heads import SourceLocalizationHead
from avreg.structures import AVFeatures
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


def test_merged_patches_lie_where_their_places_are():
    feats = make_features()
    group = torch.randint(4, (3, 5, 6), generator=torch.Generator().manual_seed(0))
    found = matched()(feats.replace(patches=feats.patches[:, :, :4], token_group=group))
    spread = feats.patches[:, :, :4].gather(2, group.unsqueeze(-1).expand(-1, -1, -1, 16))
    torch.testing.assert_close(found, matched()(feats.replace(patches=spread)))
    with pytest.raises(ValueError, match='SourceLocalizationHead reads patches on a grid of 2 x 3, and there are 4'):
        matched()(feats.replace(patches=feats.patches[:, :, :4]))


def test_a_single_pair_is_no_contrast():
    with pytest.raises(ValueError, match='one pair; batch_size of the dataloader must be 2 or more'):
        matched().loss(make_features(lengths=(5, )), make_samples('vggss')[:1])


def pairs(rows: slice):
    """Some of four clips of one second."""
    g = torch.Generator().manual_seed(0)
    audio, patches = torch.randn(4, 1, 16, generator=g), torch.randn(4, 1, 6, 16, generator=g)
    return AVFeatures(spatial_audio=audio[rows], patches=patches[rows], grid=(2, 3), valid=torch.ones(4, 1, dtype=torch.bool)[rows])


def gradients(head, rows: slice) -> list[torch.Tensor]:
    head.loss(pairs(rows), [])['loss_contrast'].backward()
    return [p.grad for p in head.parameters()]


def two_pairs_each(rank: int, folder: str) -> None:
    """Of one of two processes: the mean gradient over both, as DDP takes it."""
    dist.init_process_group('gloo', init_method=f'file://{folder}/group', rank=rank, world_size=2)
    found = gradients(matched(), slice(2 * rank, 2 * rank + 2))
    for gradient in found:
        dist.all_reduce(gradient)
    torch.save([gradient / 2 for gradient in found], f'{folder}/{rank}.pt')
    dist.destroy_process_group()


def test_two_processes_contrast_all_of_their_pairs(tmp_path):
    torch.multiprocessing.spawn(two_pairs_each, (str(tmp_path), ), nprocs=2)
    expected = gradients(matched(), slice(4))
    for rank in range(2):
        for found, whole in zip(torch.load(tmp_path / f'{rank}.pt'), expected):
            torch.testing.assert_close(found, whole)

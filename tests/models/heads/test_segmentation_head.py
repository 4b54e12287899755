import pytest
import torch

from avreg.models.heads import SegmentationHead
from avreg.models.heads.segmentation_head import enlarged_argmax, without_small_classes
from tests.models.conftest import make_features
from tests.models.samples import make_samples

BENCHMARKS = dict(avs_s4=1, avs_ms3=1, avss=71)


def make_head(**extra) -> SegmentationHead:
    torch.manual_seed(0)
    return SegmentationHead(BENCHMARKS, in_channels=(4, 6, 8, 8), channels=8, audio_channels=16, matching=('avs_ms3', ), **extra).eval()


@pytest.mark.parametrize('benchmark, losses', [
    ('avs_s4', {'loss_bce', 'loss_dice'}), ('avs_ms3', {'loss_bce', 'loss_dice', 'loss_matching'}), ('avss', {'loss_ce', 'loss_dice'})])
def test_losses_of_each_benchmark(benchmark, losses):
    found = make_head().loss(make_features(), make_samples(benchmark))
    assert set(found) == losses and all(value > 0 for value in found.values())


def test_masks_of_unlabelled_frames_mean_nothing():
    head, samples = make_head(), make_samples('avs_s4')
    before = head.loss(make_features(), samples)
    for sample in samples:
        sample.gt_masks[1:] = 1 - sample.gt_masks[1:]
    assert head.loss(make_features(), samples) == before


def test_predictions_have_the_size_of_the_truth_else_of_the_frames():
    head = make_head()
    prob = head.predict(make_features(), make_samples('avs_ms3'))
    assert [s.pred_prob.shape for s in prob] == [(5, 16, 24), (3, 16, 24), (4, 16, 24)]
    assert all(0 <= s.pred_prob.min() and s.pred_prob.max() <= 1 for s in prob)
    samples = make_samples('avss')
    for sample in samples:
        del sample.gt_masks
    labels = head.predict(make_features(), samples)
    assert labels[1].pred_labels.shape == (3, 32, 48) and labels[1].pred_labels.dtype == torch.uint8


def test_another_sound_gives_another_mask():
    head, feats = make_head(), make_features()
    a, b = head(feats, 'avs_s4'), head(feats.replace(spatial_audio=feats.spatial_audio.roll(1, 0)), 'avs_s4')
    assert not torch.allclose(a, b)


def test_matching_is_zero_where_picture_and_sound_agree():
    stage = torch.randn(2, 8, 3, 3)
    logits = torch.full((2, 1, 6, 6), 50.0)
    assert SegmentationHead._matching(logits, [stage], [stage.mean((2, 3))]) == pytest.approx(0, abs=1e-6)


def test_learns_two_objects_of_which_one_sounds():
    torch.manual_seed(0)
    head = make_head().train()
    feats, samples = make_features(lengths=(4, 4, 4)), make_samples('avs_ms3', lengths=(4, 4, 4))
    pixels = [torch.zeros_like(x) for x in feats.pixels]
    pixels[0][:, :, 0, :, :6], pixels[0][:, :, 1, :, 6:] = 1, 1
    sound = torch.zeros_like(feats.spatial_audio)
    sound[:, ::2, 0], sound[:, 1::2, 1] = 1, 1
    feats = feats.replace(pixels=pixels, spatial_audio=sound, patches=torch.zeros_like(feats.patches))
    for sample in samples:
        sample.gt_masks = torch.zeros(4, 16, 24)
        sample.gt_masks[::2, :, :12], sample.gt_masks[1::2, :, 12:] = 1, 1
    optimizer = torch.optim.Adam(head.parameters(), 0.02)
    for _ in range(80):
        optimizer.zero_grad()
        sum(head.loss(feats, samples).values()).backward()
        optimizer.step()
    for sample in head.eval().predict(feats, samples):
        right = ((sample.pred_prob > 0.5) == (sample.gt_masks > 0.5)).float().mean()
        assert right > 0.9


def test_matching_of_a_benchmark_with_classes_is_refused():
    with pytest.raises(ValueError, match="'avss' is not one of the benchmarks with a single mask"):
        SegmentationHead(BENCHMARKS, matching=('avss', ))


@pytest.mark.parametrize('scale', [0.01, 1, 5])
def test_classes_that_cannot_win_need_no_enlarging(scale):
    """Smooth maps, as a decoder gives them, and rough ones, where many classes win somewhere between the nodes."""
    g = torch.Generator().manual_seed(0)
    logits = scale * torch.randn(3, 30, 6, 5, generator=g) + 4 * torch.randn(1, 30, 1, 1, generator=g)
    expected = torch.nn.functional.interpolate(logits, (41, 33), mode='bilinear', align_corners=False).argmax(1)
    assert torch.equal(enlarged_argmax(logits, (41, 33)), expected)


def test_background_weight_counts_background_pixels_less():
    losses = []
    for weight in (1.0, 0.0):
        head, samples = make_head(background_weight=weight), make_samples('avss')
        for sample in samples:
            sample.gt_masks[:] = 0
            sample.gt_masks[:, 0, 0] = 7
        losses.append([head.loss(make_features(), samples)['loss_ce'] for _ in range(2)])
        head.outputs['avss'].bias.data[0] -= 1  # Worse on the background alone.
        losses[-1].append(head.loss(make_features(), samples)['loss_ce'])
    (one, _, worse), (zero, _, same) = losses
    assert worse > one, 'background counts'
    assert same < zero, 'only the seventh class counts: less background is better'


def test_small_classes_give_way_to_the_next_best():
    logits = torch.zeros(1, 4, 10, 10)
    logits[:, 0] = 1
    logits[:, 1, :, :5] = 3
    logits[:, 2, :2, :2] = 5  # Four pixels, inside the first class and not in the background.
    labels = enlarged_argmax(without_small_classes(logits, 0.05), (10, 10))
    expected = torch.zeros(10, 10, dtype=torch.int64)
    expected[:, :5] = 1
    assert torch.equal(labels[0], expected)
    assert enlarged_argmax(without_small_classes(logits, 0.03), (10, 10))[0, :2, :2].eq(2).all()


def test_sums_over_pixels_do_not_stop_growing_in_half_precision():
    """A class of thousands of pixels: in bf16 a sum of ones ends at 256."""
    torch.manual_seed(0)
    head, feats = make_head(), make_features()
    feats = feats.replace(pixels=[torch.randn(*x.shape[:3], 56 // 2**i, 56 // 2**i) for i, x in enumerate(feats.pixels)])
    samples = make_samples('avss')
    for sample in samples:
        sample.gt_masks = torch.zeros(*sample.gt_masks.shape[:1], 56, 56, dtype=torch.int64)
        sample.gt_masks[:, 10:40, 10:40] = 3
    whole = head.loss(feats, samples)
    with torch.autocast('cpu', torch.bfloat16):
        half = head.loss(feats, samples)
    for name in whole:
        assert half[name].item() == pytest.approx(whole[name].item(), rel=0.01), name


@pytest.mark.parametrize('grid', [(2, 3), (5, 7), (3, 3)])
def test_patches_reach_the_masks_whatever_their_grid(grid):
    head, feats = make_head(), make_features()
    feats = feats.replace(grid=grid, patches=torch.randn(3, 5, grid[0] * grid[1], 16))
    before = head(feats, 'avs_s4')
    assert not torch.allclose(before, head(feats.replace(patches=feats.patches.roll(1, 2)), 'avs_s4'))
    before.sum().backward()
    assert head.patches.weight.grad.abs().sum() > 0


def test_merged_patches_lie_where_their_places_are():
    head, feats = make_head(), make_features()
    group = torch.randint(4, (3, 5, 6), generator=torch.Generator().manual_seed(0))
    merged = feats.replace(patches=feats.patches[:, :, :4], token_group=group)
    spread = feats.replace(patches=feats.patches[:, :, :4].gather(2, group.unsqueeze(-1).expand(-1, -1, -1, 16)))
    torch.testing.assert_close(head(merged, 'avs_s4'), head(spread, 'avs_s4'))
    with pytest.raises(ValueError, match='SegmentationHead reads patches on a grid of 2 x 3, and there are 4.*token_group'):
        head(merged.replace(token_group=None), 'avs_s4')

"""Predicted samples made in the tests."""
import numpy as np
import torch

from avreg.evaluation.functional import QUESTION_GROUPS
from avreg.structures import AVDataSample


def ave_sample(sample_id: str, pred, truth, video_id: str | None = None) -> AVDataSample:
    """Ten class indices each."""
    meta = dict(benchmark='ave', split='test', sample_id=sample_id, video_id=video_id or sample_id)
    sample = AVDataSample(metainfo=meta)
    sample.pred_segments, sample.gt_segments = torch.as_tensor(pred), torch.as_tensor(truth)
    return sample


def llp_sample(sample_id: str, pred_audio, pred_visual, gt_audio, gt_visual) -> AVDataSample:
    """Four [10, 25] matrices."""
    sample = AVDataSample(metainfo=dict(benchmark='llp', split='test', sample_id=sample_id, video_id=sample_id[:11]))
    sample.pred_audio, sample.pred_visual = torch.as_tensor(pred_audio), torch.as_tensor(pred_visual)
    sample.gt_audio = torch.as_tensor(gt_audio, dtype=torch.float32)
    sample.gt_visual = torch.as_tensor(gt_visual, dtype=torch.float32)
    return sample


def music_avqa_sample(sample_id: int, pred: int, truth: int, question_type: tuple[str, str]) -> AVDataSample:
    """Two answer indices."""
    sample = AVDataSample(metainfo=dict(
        benchmark='music_avqa', split='test', sample_id=sample_id, question_id=sample_id, video_id='00000001',
        question_type=question_type))
    sample.pred_answer, sample.gt_answer = torch.tensor(pred), torch.tensor(truth)
    return sample


def vggss_sample(sample_id: str, heatmap, boxes) -> AVDataSample:
    """A map [h, w] and boxes [n, 4]."""
    sample = AVDataSample(metainfo=dict(benchmark='vggss', split='test', sample_id=sample_id))
    sample.pred_heatmap = torch.as_tensor(heatmap)
    sample.gt_boxes = torch.as_tensor(boxes, dtype=torch.float64).reshape(-1, 4)
    return sample


def avs_sample(benchmark: str, sample_id: str, prob, masks, sample_idx: int | None = None) -> AVDataSample:
    """Two [T, H, W] in 0..1."""
    meta = dict(benchmark=benchmark, split='test', sample_id=sample_id)
    sample = AVDataSample(metainfo=meta if sample_idx is None else {**meta, 'sample_idx': sample_idx})
    sample.pred_prob, sample.gt_masks = torch.as_tensor(prob), torch.as_tensor(masks)
    return sample


def avss_sample(sample_id: str, subset: str, labels, masks) -> AVDataSample:
    """Two uint8[T, H, W]."""
    sample = AVDataSample(metainfo=dict(benchmark='avss', split='test', sample_id=sample_id, subset=subset))
    sample.pred_labels, sample.gt_masks = torch.as_tensor(labels), torch.as_tensor(masks)
    return sample


def random_pixel_samples(seed: int = 0, number: int = 9) -> list[AVDataSample]:
    """``number`` of each benchmark with pixels, 6 x 8; their order is not that of their ids."""
    rng = np.random.default_rng(seed)
    samples = []
    for i in range(number):
        name = f'clip{(5 * i) % number}'
        heatmap = rng.random((6, 8))
        heatmap[:, :4] += i % 3  # some find the left half
        samples.append(vggss_sample(name, heatmap, [[0.0, 0.0, 0.5, 1.0], [*rng.random(2), 1.0, 1.0]]))
        masks = (rng.random((5, 6, 8)) < 0.4).astype(np.float32)
        prob = np.clip(masks + rng.normal(0, 0.5, masks.shape), 0, 1)
        samples.append(avs_sample('avs_s4', name, prob, masks, i))
        samples.append(avs_sample('avs_ms3', name, prob[::-1].copy(), masks * np.float32(0.75), i))
        subset, frames = [('v1s', 5), ('v1m', 5), ('v2', 10)][i % 3]
        labels, masks = rng.integers(0, 4, (2, frames, 6, 8), dtype=np.uint8)
        samples.append(avss_sample(name, subset, labels, masks))
    return samples


def random_samples(seed: int = 0, number: int = 12) -> list[AVDataSample]:
    """``number`` of each benchmark, right about half of the time; every question type occurs."""
    rng = np.random.default_rng(seed)
    samples = []
    for i in range(number):
        truth = rng.integers(0, 29, 10)
        samples.append(ave_sample(f'video{i:02d}', np.where(rng.random(10) < 0.5, truth, 28), truth))
        gt_audio, gt_visual = rng.random((2, 10, 25)) < 0.1
        pred_audio, pred_visual = gt_audio ^ (rng.random((10, 25)) < 0.05), gt_visual ^ (rng.random((10, 25)) < 0.05)
        samples.append(llp_sample(f'clip{i:07d}_0_10', pred_audio, pred_visual, gt_audio, gt_visual))
        question_type = list(QUESTION_GROUPS)[i % len(QUESTION_GROUPS)]
        samples.append(music_avqa_sample(100 + i, int(rng.integers(0, 2)), int(rng.integers(0, 2)), question_type))
    return samples

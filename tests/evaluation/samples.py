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

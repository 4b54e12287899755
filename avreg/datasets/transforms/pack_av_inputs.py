"""PackAVInputs: the last transform, from a dict to model inputs and an AVDataSample."""
from __future__ import annotations

import numpy as np
import torch
from mmcv.transforms import BaseTransform

from avreg.benchmarks import get_card
from avreg.registry import TRANSFORMS
from avreg.structures import AVDataSample

from .last_result import LastResult

# Read by: input name <- key of the results.
_INPUTS = {'audio': 'log_mel', 'visual': 'frames', 'text': 'tokens', 'prompt': 'prompt_tokens', 'choices': 'choice_tokens'}
_TRUTH = ('gt_segments', 'gt_label', 'gt_video', 'gt_audio', 'gt_visual', 'gt_boxes', 'gt_map', 'gt_masks', 'labelled', 'gt_spans',
          'gt_span_labels', 'gt_captions')
_META = ('benchmark', 'split', 'sample_id', 'sample_idx', 'video_id', 'video_path', 'frame_paths', 'audio_path', 'category',
         'subset', 'flipped', 'question_id', 'question', 'template', 'prompt', 'question_type', 'question_relation', 'choices', 'answer',
         'duration', 'descriptions')


def _pack_frames(frames: np.ndarray) -> torch.Tensor:
    # The bytes stay as they are, channels last: AVDataPreprocessor and the convolutions want them so.
    return torch.from_numpy(frames).permute(0, 3, 1, 2)


@TRANSFORMS.register_module()
class PackAVInputs(BaseTransform):
    """Gives ``inputs``: ``audio`` float32[T, 1, 96, 64], ``visual`` uint8[T, 3, H, W], ``text`` and ``prompt`` int64[N],
    ``choices`` int64[C, N] (those the pipeline made), or in their places the ``features`` float32 that LoadFeatures read; and
    ``data_samples``: an AVDataSample with the ground truth as tensors (``gt_answer`` is the index of the answer) and the rest as meta information.
    """

    def __init__(self):
        self._packed = {'audio': LastResult(torch.from_numpy), 'visual': LastResult(_pack_frames), 'text': torch.from_numpy,
                        'prompt': torch.from_numpy, 'choices': torch.from_numpy}

    def transform(self, results: dict) -> dict:
        """See the class."""
        inputs = {name: self._packed[name](results[key]) for name, key in _INPUTS.items() if key in results}
        inputs |= {name: torch.from_numpy(array) for name, array in results.get('features', {}).items()}
        meta = {key: results[key] for key in _META if key in results}
        if 'audio' in inputs:
            meta['num_segments'] = len(inputs['audio'])
        sample = AVDataSample()
        # One by one: AVDataSample(metainfo=...) copies deep, a third of what a question costs, and what it holds is this sample's alone.
        for key, value in meta.items():
            sample.set_field(value, key, field_type='metainfo')
        truth = {key: results[key] for key in _TRUTH if key in results}
        if 'answer' in results:
            card = get_card(results['benchmark'])
            truth['gt_answer'] = card.label_index(results['answer'], f"question {results['sample_id']}")
        for key, value in truth.items():
            setattr(sample, key, torch.from_numpy(value) if isinstance(value, np.ndarray) else torch.tensor(value))
        return dict(inputs=inputs, data_samples=sample)

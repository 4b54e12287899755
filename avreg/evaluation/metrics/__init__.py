"""Metrics: from AVDataSample to numbers, through the pure functions of :mod:`avreg.evaluation.functional`."""
from .av_metric import AVMetric
from .ave_accuracy import AVEAccuracy
from .avs_object import AVSObject
from .avs_semantic import AVSSemantic
from .ciou import CIoU
from .llp_f_scores import LLPFScores
from .music_avqa_accuracy import MusicAVQAAccuracy

__all__ = ['AVEAccuracy', 'AVMetric', 'AVSObject', 'AVSSemantic', 'CIoU', 'LLPFScores', 'MusicAVQAAccuracy']

"""Metrics: from AVDataSample to numbers, through the pure functions of :mod:`avreg.evaluation.functional`."""
from .av_metric import AVMetric
from .ave_accuracy import AVEAccuracy
from .llp_f_scores import LLPFScores
from .music_avqa_accuracy import MusicAVQAAccuracy

__all__ = ['AVEAccuracy', 'AVMetric', 'LLPFScores', 'MusicAVQAAccuracy']

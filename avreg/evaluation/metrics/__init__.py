"""Metrics: from AVDataSample to numbers, through the pure functions of :mod:`avreg.evaluation.functional`."""
from .av_metric import AVMetric
from .ave_accuracy import AVEAccuracy
from .avqa_accuracy import AVQAAccuracy
from .avs_object import AVSObject
from .avs_semantic import AVSSemantic
from .ciou import CIoU
from .llp_f_scores import LLPFScores
from .masks_and_sentences import MasksAndSentences
from .music_avqa_accuracy import MusicAVQAAccuracy
from .unav100_map import UnAV100MAP

__all__ = ['AVEAccuracy', 'AVMetric', 'AVQAAccuracy', 'AVSObject', 'AVSSemantic', 'CIoU', 'LLPFScores', 'MasksAndSentences', 'MusicAVQAAccuracy',
           'UnAV100MAP']

"""Scoring: pure functions, metrics, the evaluator that routes by benchmark, and the results table."""
from .collection import Entry
from .evaluator import BenchmarkEvaluator
from .metrics import (AVEAccuracy, AVMetric, AVQAAccuracy, AVSObject, AVSSemantic, CIoU, LLPFScores, MasksAndSentences, MusicAVQAAccuracy,
                      UnAV100MAP)
from .table import format_table, write_metrics

__all__ = [
    'AVEAccuracy', 'AVMetric', 'AVQAAccuracy', 'AVSObject', 'AVSSemantic', 'BenchmarkEvaluator', 'CIoU', 'Entry', 'LLPFScores',
    'MasksAndSentences', 'MusicAVQAAccuracy', 'UnAV100MAP', 'format_table', 'write_metrics',
]

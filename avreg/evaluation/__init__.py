"""Scoring: pure functions, metrics, the evaluator that routes by benchmark, and the results table."""
from .collection import Entry
from .evaluator import BenchmarkEvaluator
from .metrics import AVEAccuracy, AVMetric, AVSObject, AVSSemantic, CIoU, LLPFScores, MusicAVQAAccuracy
from .table import format_table, write_metrics

__all__ = [
    'AVEAccuracy', 'AVMetric', 'AVSObject', 'AVSSemantic', 'BenchmarkEvaluator', 'CIoU', 'Entry', 'LLPFScores',
    'MusicAVQAAccuracy', 'format_table', 'write_metrics',
]

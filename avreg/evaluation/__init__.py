"""Scoring: pure functions, metrics, the evaluator that routes by benchmark, and the results table."""
from .collection import Entry
from .evaluator import BenchmarkEvaluator
from .metrics import AVEAccuracy, AVMetric, LLPFScores, MusicAVQAAccuracy
from .table import format_table, write_metrics

__all__ = [
    'AVEAccuracy', 'AVMetric', 'BenchmarkEvaluator', 'Entry', 'LLPFScores', 'MusicAVQAAccuracy', 'format_table',
    'write_metrics',
]

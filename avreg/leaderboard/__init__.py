"""Submissions: the folder of predictions that tools/test.py dumps and a leaderboard takes."""
from .codecs import ArrayCodec, RowCodec, get_row_codec, register_row_codec
from .dump_submission import DumpSubmission, with_submission_dump
from .submission import SubmissionWriter, read_array, read_meta, read_predictions

__all__ = [
    'ArrayCodec', 'DumpSubmission', 'RowCodec', 'SubmissionWriter', 'get_row_codec', 'read_array', 'read_meta',
    'read_predictions', 'register_row_codec', 'with_submission_dump',
]

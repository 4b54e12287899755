"""Submissions: the folder of predictions that tools/test.py dumps and a leaderboard takes."""
from .codecs import ArrayCodec, RowCodec, get_row_codec, register_row_codec
from .dump_submission import DumpSubmission, with_submission_dump
from .problems import Problems, SubmissionError
from .read_submission import read_addressee, read_array, read_meta, read_predictions, scan_meta, scan_predictions
from .write_submission import SubmissionWriter

__all__ = [
    'ArrayCodec', 'DumpSubmission', 'Problems', 'RowCodec', 'SubmissionError', 'SubmissionWriter', 'get_row_codec', 'read_addressee',
    'read_array', 'read_meta', 'read_predictions', 'register_row_codec', 'scan_meta', 'scan_predictions', 'with_submission_dump',
]

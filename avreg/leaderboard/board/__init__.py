"""The board: rows in a folder of plain JSON, ranked, and shown as Markdown and as a static site."""
from .ranking import Standing, rank_rows
from .row import BASELINE, REPORTED, VERIFIED, Row
from .site import build_site
from .store import DEFAULT_BOARD, add_row, check_board, check_place, read_board

__all__ = [
    'BASELINE', 'DEFAULT_BOARD', 'REPORTED', 'Row', 'Standing', 'VERIFIED', 'add_row', 'build_site', 'check_board', 'check_place', 'rank_rows',
    'read_board',
]

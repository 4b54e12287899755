"""Fixtures every test may use."""
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]


@pytest.fixture(scope='session')
def repo() -> Path:
    """Root of the checkout."""
    return REPO


@pytest.fixture(scope='session')
def shared_dir() -> Path:
    """Folder of real annotation files, videos and golden numbers beside the checkout; the test is skipped where it is absent."""
    folder = REPO.parent / 'shared'
    if not folder.is_dir():
        pytest.skip('the folder ../shared with real data is not here')
    return folder

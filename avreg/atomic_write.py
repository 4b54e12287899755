"""Writing a file so that nobody ever reads half of it."""
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: str | os.PathLike) -> Iterator[Path]:
    """A temporary path beside ``path``, ``.<name>.<random>.tmp``, that takes its name when the block ends and is removed if it
    fails.

    Makes the folder if need be. No two writers share a temporary path, so whoever ends last has written the file.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{uuid.uuid4().hex[:12]}.tmp')
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text_atomically(path: str | os.PathLike, text: str) -> Path:
    """Write ``text`` (UTF-8) under a temporary name, then rename; makes the folder if need be. Gives the path."""
    return write_bytes_atomically(path, text.encode('utf-8'))


def write_bytes_atomically(path: str | os.PathLike, data: bytes) -> Path:
    """The same for ``data`` as they are."""
    with whole_file(path) as temporary:
        temporary.write_bytes(data)
    return Path(path)

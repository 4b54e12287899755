"""Writing a file so that nobody ever reads half of it."""
import os
from pathlib import Path


def write_text_atomically(path: str | os.PathLike, text: str) -> Path:
    """Write ``text`` (UTF-8) under a temporary name, then rename; makes the folder if need be. Gives the path."""
    return write_bytes_atomically(path, text.encode('utf-8'))


def write_bytes_atomically(path: str | os.PathLike, data: bytes) -> Path:
    """The same for ``data`` as they are."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    temporary.write_bytes(data)
    os.replace(temporary, path)
    return path

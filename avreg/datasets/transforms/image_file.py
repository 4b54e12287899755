"""Opening of picture files, every failure told as BadMedia with the path."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, UnidentifiedImageError

from ..bad_media import BadMedia


@contextmanager
def open_image(path: str) -> Iterator[Image.Image]:
    """A picture file, completely decoded.

    Raises:
        BadMedia: the file is missing, damaged or cut off.
    """
    try:
        with Image.open(path) as image:
            image.load()
            yield image
    except FileNotFoundError as problem:
        raise BadMedia(f'{path}: there is no such file') from problem
    except UnidentifiedImageError as problem:
        raise BadMedia(f'{path}: is not a picture') from problem
    # Pillow's decoders tell damage by any of these.
    except (OSError, SyntaxError, EOFError, Image.DecompressionBombError) as problem:
        raise BadMedia(f'{path}: cannot be decoded ({problem})') from problem


def read_image(path: str) -> np.ndarray:
    """A picture as uint8[H, W, 3], RGB.

    Raises:
        BadMedia: see :func:`open_image`.
    """
    with open_image(path) as image:
        return np.array(image.convert('RGB'))

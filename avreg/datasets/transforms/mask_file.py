"""Mask files as the official code of each benchmark reads them: path -> array, every failure told as BadMedia."""
from __future__ import annotations

import numpy as np
from PIL import Image

from avreg.benchmarks.avss import PALETTE

from ..bad_media import BadMedia
from .image_file import open_image

_CODES = np.array([red << 16 | green << 8 | blue for red, green, blue in PALETTE])
_ORDER = np.argsort(_CODES)


def read_binary_mask(path: str) -> np.ndarray:
    """S4: Pillow's conversion to one bit. float32[H, W] of 0 and 1."""
    with open_image(path) as image:
        return np.array(image.convert('1'), dtype=np.float32)


def read_soft_mask(path: str) -> np.ndarray:
    """MS3, as its metric takes it: the 8-bit value (of RGB files the index in Pillow's web palette) / 255. float32[H, W]."""
    with open_image(path) as image:
        return np.array(image.convert('P'), dtype=np.float32) / 255


def read_foreground_mask(path: str) -> np.ndarray:
    """MS3, as a model learns it: whatever is not black. float32[H, W] of 0 and 1."""
    return (read_soft_mask(path) > 0).astype(np.float32)


def read_colour_mask(path: str, size: int) -> np.ndarray:
    """AVSS, labels_rgb: resized with Pillow's nearest, then colour -> class; an unknown colour is background.

    Args:
        path: of the file.
        size: height and width of the result; the aspect ratio is not kept.

    Returns:
        uint8[size, size], class indices.
    """
    with open_image(path) as image:
        rgb = np.array(image.convert('RGB').resize((size, size), Image.Resampling.NEAREST), dtype=np.int64)
    codes = rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]
    place = np.searchsorted(_CODES, codes, sorter=_ORDER).clip(max=len(_CODES) - 1)
    classes = _ORDER[place]
    return np.where(_CODES[classes] == codes, classes, 0).astype(np.uint8)


def read_index_mask(path: str, size: int) -> np.ndarray:
    """AVSS, labels_semantic: the 8-bit value is the class. As :func:`read_colour_mask`.

    Raises:
        BadMedia: the file has several channels, or a value that is no class.
    """
    with open_image(path) as image:
        if len(image.getbands()) != 1:
            raise BadMedia(f'{path}: has the channels {"".join(image.getbands())}; a mask of class indices has one')
        classes = np.array(image.resize((size, size), Image.Resampling.NEAREST))
    if classes.max() >= len(PALETTE):
        raise BadMedia(f'{path}: value {classes.max()} is not a class; the classes are 0..{len(PALETTE) - 1}')
    return classes.astype(np.uint8)

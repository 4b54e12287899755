"""Flickr-SoundNet: the annotated test pairs of sound source localization, read from the official files."""
from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from avreg.registry import DATASETS

from .base import AVDataset
from .names import read_names
from .vggss import VGGSS

# The pictures that the annotators saw, in pixels.
ANNOTATED_SIZE = 256
# Later copies of the list misspell an id.
_MISSPELT = {'3908875350': '3908875357'}


def read_annotators_boxes(path: Path) -> np.ndarray:
    """All boxes of an annotation file, whoever drew them. int64[n, 4], x1, y1, x2, y2 in pixels of 256.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not XML, no box, or a box without four numbers.
    """
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as problem:
        raise ValueError(f'{path}: not XML: {problem}') from problem
    boxes = []
    for child in root:
        for box in child.findall('bbox'):
            # The first field numbers the object.
            fields = [(field.text or '').strip() for field in list(box)[1:5]]
            if len(fields) != 4 or not all(field.lstrip('-').isdigit() for field in fields):
                raise ValueError(f'{path}: a <bbox> holds a number and xmin, ymin, xmax, ymax in pixels, got {fields}')
            boxes.append([int(field) for field in fields])
    if not boxes:
        raise ValueError(f'{path}: there is no <bbox> below the children of <{root.tag}>')
    return np.array(boxes)


def consensus_map(boxes: np.ndarray, size: int = ANNOTATED_SIZE) -> np.ndarray:
    """How many annotators' boxes hold a pixel: half of the number, at most 1.

    Args:
        boxes: int64[n, 4], pixels of 256.
        size: height and width of the map; coordinates are scaled and cut to whole pixels.

    Returns:
        float32[size, size].
    """
    votes = np.zeros((size, size), np.float32)
    for x1, y1, x2, y2 in boxes.clip(min=0) * size // ANNOTATED_SIZE:
        votes[y1:y2, x1:x2] += 1
    return np.minimum(votes / 2, 1)


@DATASETS.register_module()
class FlickrSoundNet(AVDataset):
    """The test pairs of Flickr-SoundNet (Senocak et al., CVPR 2018), with the boxes of several annotators.

    Adds ``gt_map`` float32[map_size, map_size], see :func:`consensus_map`. The pairs are those of ``flickr_test.csv``
    (249), else of ``test_list.txt`` (250, one more: 3908875357). Load them with LoadPair; ``num_segments`` is as in VGGSS.

    Args:
        map_size: height and width of the map; 256 is that of the annotation, 224 what the official code evaluates at, and CIoU needs.
        **kwargs: see :class:`AVDataset`; ``ann_file`` is the list of pairs.
    """

    benchmark = 'flickr_soundnet'
    layout = ('flickr_test.csv or test_list.txt, Annotations/<id>.xml, frames/<id>.jpg and audio/<id>.wav')
    default_media = dict(video=('frames',), audio=('audio',), annotations=('Annotations',))
    suffixes = VGGSS.suffixes

    def __init__(self, data_root: str, split: str = 'test', pipeline=(), map_size: int = ANNOTATED_SIZE, **kwargs):
        self.map_size = map_size
        super().__init__(data_root, split, pipeline, **kwargs)

    def load_samples(self) -> list[dict]:
        """One dict a pair.

        Raises:
            FileNotFoundError: no list, no folder of annotations, or no boxes of a pair.
            ValueError: see :func:`read_annotators_boxes`.
        """
        lists = ('flickr_test.csv', 'metadata/flickr_test.csv', 'test_list.txt')
        path = self.find_file(*([self.ann_file] if self.ann_file else lists))
        folder, samples = self._folders('annotations')[0], []
        for name in read_names(path):
            if name in _MISSPELT:
                self.warn(f'{path.name}: {name} is read as {_MISSPELT[name]}, which it misspells')
                name = _MISSPELT[name]
            annotation = folder / f'{name}.xml'
            if not annotation.is_file():
                raise FileNotFoundError(f'FlickrSoundNet: the boxes of {name} ({path}) are not there: {annotation.absolute()}')
            samples.append(dict(sample_id=name, video_id=name, annotators_boxes=read_annotators_boxes(annotation)))
        return samples

    def get_data_info(self, idx: int) -> dict:
        """Sample ``idx`` before the pipeline. Maps are drawn here: as a list they would fill the memory of every worker."""
        info = super().get_data_info(idx)
        info['gt_map'] = consensus_map(info.pop('annotators_boxes'), self.map_size)
        return info

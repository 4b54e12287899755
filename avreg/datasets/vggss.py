"""VGG-SS: sound source localization, read from the official files."""
from __future__ import annotations

from pathlib import Path

import numpy as np

from avreg.registry import DATASETS

from .base import AUDIO_SUFFIXES, VIDEO_SUFFIXES, AVDataset
from .names import read_json_list, read_names
from .transforms.load_pair import PICTURE_SUFFIXES


@DATASETS.register_module()
class VGGSS(AVDataset):
    """VGG-SS (Chen et al., CVPR 2021): boxes around the source of the sound, on the middle frame of VGGSound clips.

    A training sample is a pair of frame and sound, and nothing else: learning is self-supervised. Samples of val and test
    add ``gt_boxes`` float64[n, 4] (x1, y1, x2, y2; fractions of width and height, clipped to 0..1), ``category`` and
    ``gt_label`` int (its index in the card). Twelve official boxes have a coordinate of -2.9e16, which becomes 0; two
    clips are then left without a box that has an area, and stay in, as misses.

    Media are pictures ``frames/<file>.jpg`` and sounds ``audio/<file>.wav``; with ``media_prefix=dict(video='video',
    audio='video')`` both come from the clips of VGGSound, ``video/<file>.mp4``. ``num_segments`` is how many seconds
    around the middle are heard: 3 (EZ-VSL) unless given, 10 for all of the clip (LVS). Load them with LoadPair.

    Training names come from ``names``, less those that are not on disk (VGGSound is never complete any more), else from
    ``vggss_train.txt``, else all pairs on disk that are not in vggss.json (or vggss_val.json) are taken. How many of the official
    lists are not there, and how many are test clips, is told in a warning. There is no
    official validation split: ``val`` reads ``vggss_val.json``, in the form of vggss.json.

    Args:
        names: file of the clips to use, one a line: of a training list (vggss_10k.txt, vggss_144k.txt,
            vggss_heard.txt), or, in val and test, of the clips to evaluate (vggss_heard_test.csv,
            vggss_unheard_test.csv); relative to ``data_root`` or absolute.
        any_class: take entries of classes that the card does not know, with ``gt_label`` -1: where a sound comes from is scored
            without its class.
        **kwargs: see :class:`AVDataset`; ``ann_file`` is the file with the boxes, or, in training, another way to give
            ``names``.
    """

    benchmark = 'vggss'
    layout = ('vggss.json, a list of training names (vggss_train.txt or `names`), frames/<file>.jpg and audio/<file>.wav')
    default_media = dict(video=('frames',), audio=('audio',))
    suffixes = dict(video=(*PICTURE_SUFFIXES, *VIDEO_SUFFIXES), audio=(*AUDIO_SUFFIXES, *VIDEO_SUFFIXES))

    def __init__(self, data_root: str, split: str = 'train', pipeline=(), names: str | None = None, any_class: bool = False, **kwargs):
        self.names, self.any_class = names, any_class
        super().__init__(data_root, split, pipeline, **kwargs)

    def load_samples(self) -> list[dict]:
        """One dict a pair of the split."""
        if self.split == 'train':
            return [dict(sample_id=name, video_id=name) for name in self._training_names()]
        path = self._boxes_file(self.split)
        samples = [self._annotated(entry, f'{path}, entry {number}') for number, entry in enumerate(_read_entries(path))]
        if self.names:
            samples = self._only(samples, self.find_file(self.names, purpose='list of names'), path)
        flat = [s['sample_id'] for s in samples if not (s['gt_boxes'][:, 2:] > s['gt_boxes'][:, :2]).all(1).any()]
        if flat:
            self.warn(f"{path.name}: {len(flat)} clips have no box with an area and count as misses: {', '.join(flat[:3])}")
        return samples

    def _training_names(self) -> list[str]:
        """The names of the list, or of the pairs on disk."""
        evaluated = {entry['file'] for split in ('val', 'test') if (path := self._boxes_file(split, needed=False))
                     for entry in _read_entries(path)}
        listed = self.names or self.ann_file
        if not listed and not (self.data_root / 'vggss_train.txt').is_file():
            return sorted(self._pairs_on_disk() - evaluated)
        path = self.find_file(listed or 'vggss_train.txt', purpose='list of names')
        names = read_names(path)
        if listed and self.check_media and not self.features:
            names = self._on_disk(names, path)
        shared = sum(name in evaluated for name in names)
        if shared:
            self.warn(f'{path.name}: {shared} of {len(names)} training names are evaluated clips. So it is in the official '
                      'lists (training sees no label); say so beside the number')
        return names

    def _pairs_on_disk(self) -> set[str]:
        """Names of which there are both picture and sound."""
        return set(self._list_media('video')) & set(self._list_media('audio'))

    def _on_disk(self, names: list[str], path: Path) -> list[str]:
        """The names of which there are both picture and sound.

        Raises:
            ValueError: there are none.
        """
        found = self._pairs_on_disk()
        there = [name for name in names if name in found]
        if not there:
            raise ValueError(f'{path}: none of its {len(names)} names, as {names[0]}, has both a picture in {self._default_folder("video")} and '
                             f'a sound in {self._default_folder("audio")}')
        if len(there) < len(names):
            self.warn(f'{path.name}: {len(there)} of {len(names)} names are on disk, and those are trained on; say so beside the number')
        return there

    def _boxes_file(self, split: str, needed: bool = True) -> Path | None:
        """The file with the boxes of a split."""
        name = {'val': 'vggss_val.json', 'test': 'vggss.json'}[split]
        candidates = (name, f'metadata/{name}')
        if self.ann_file and needed:
            return self.find_file(self.ann_file)
        there = next((self.data_root / c for c in candidates if (self.data_root / c).is_file()), None)
        if not needed:
            return there
        if there is None and split == 'val':
            raise FileNotFoundError(
                f'VGGSS: there is no {name} in {self.data_root.absolute()}, so split \'val\' cannot be read. VGG-SS has '
                "no official validation split; the splits are 'train' and 'test'. Write a vggss_val.json in the form of "
                'vggss.json, name one in `ann_file`, or use the embedded data (`python tools/make_avworld.py`)')
        return self.find_file(*candidates)

    def _annotated(self, entry: dict, where: str) -> dict:
        """The sample of an entry of vggss.json."""
        where = f"{where} (id {entry['file']})"
        for field in ('class', 'bbox'):
            if field not in entry:
                raise ValueError(f'{where}: no field {field!r}; an entry has file, class and bbox')
        try:
            boxes = np.array(entry['bbox'], dtype=np.float64)
        except (TypeError, ValueError):
            boxes = np.zeros(0)
        if boxes.ndim != 2 or boxes.shape[1] != 4 or not np.isfinite(boxes).all():
            raise ValueError(f"{where}: bbox is a list of boxes [x1, y1, x2, y2], got {entry['bbox']!r}")
        unknown = self.any_class and entry['class'] not in self.card.labels
        return dict(sample_id=entry['file'], video_id=entry['file'], gt_boxes=boxes.clip(0, 1), category=entry['class'],
                    gt_label=-1 if unknown else self.card.label_index(entry['class'], where))

    def _only(self, samples: list[dict], names: Path, boxes: Path) -> list[dict]:
        """The samples that a list names, in its order."""
        by_name = {sample['sample_id']: sample for sample in samples}
        wanted = read_names(names)
        unknown = [name for name in wanted if name not in by_name]
        if unknown:
            raise ValueError(f"{names}: {len(unknown)} of {len(wanted)} names have no boxes in {boxes}: "
                             f"{', '.join(unknown[:3])}")
        return [by_name[name] for name in wanted]


def _read_entries(path: Path) -> list[dict]:
    """The list in vggss.json.

    Raises:
        ValueError: not JSON, or not a list of entries with a ``file``.
    """
    entries = read_json_list(path, 'clips')
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get('file'), str):
            raise ValueError(f"{path}, entry {number}: expected an object with the string 'file', got {entry!r}")
    return entries

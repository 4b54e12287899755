"""AVSS (AVSBench-semantic): segmentation of sounding objects by class, read from the official files."""
from __future__ import annotations

from collections.abc import Sequence

from avreg.benchmarks.avss import SUBSETS
from avreg.registry import DATASETS

from .avsbench import AVSBench
from .base import check_choice
from .names import read_table


@DATASETS.register_module()
class AVSSemantic(AVSBench):
    """AVSS (Zhou et al., IJCV 2024): 70 classes and background, in clips of three subsets.

    v1s and v1m (the clips of S4 and MS3) have 5 frames, v2 has 10, one a second. Training clips of v1s have a mask of
    frame 0 only, all others one a frame. Adds ``subset``; ``sample_id`` is the uid. The column ``a_obj`` is a hint with
    misspellings, not a label, and is not read.

    Masks are read as colours (``labels_rgb``, as in the official code) or as class indices (``labels_semantic``).

    Args:
        subsets: those to read.
        masks: 'labels_rgb' or 'labels_semantic'.
        **kwargs: see :class:`AVDataset`; ``media_prefix.video`` is the folder of the subsets, which also hold the sounds.
    """

    benchmark = 'avss'
    layout = ('AVSS/metadata.csv and, for each of v1s, v1m, v2, AVSS/<subset>/<uid>/frames/{0..}.jpg, labels_rgb/{0..}.png '
              'or labels_semantic/{0..}.png, and audio.wav')
    default_media = dict(video=('AVSS', 'AVSBench-semantic', '.'))
    separate_sounds = False

    def __init__(self, data_root: str, split: str = 'train', pipeline=(), subsets: Sequence[str] = tuple(SUBSETS),
                 masks: str = 'labels_rgb', **kwargs):
        self.subsets = tuple(check_choice('AVSSemantic.subsets', subset, tuple(SUBSETS)) for subset in subsets)
        self.masks = check_choice('AVSSemantic.masks', masks, ('labels_rgb', 'labels_semantic'))
        super().__init__(data_root, split, pipeline, **kwargs)

    def load_samples(self) -> list[dict]:
        """One dict a clip of the split."""
        lists = [f'{folder}/metadata.csv'.removeprefix('./') for folder in self.default_media['video']]
        path = self.find_file(*([self.ann_file] if self.ann_file else lists))
        folder, samples = self.folder('video'), []
        for row in read_table(path, ('uid', 'split', 'label'), {'split': self.card.splits, 'label': tuple(SUBSETS)}):
            subset, uid = row.name['label'], row.name['uid']
            if row.name['split'] != self.split or subset not in self.subsets:
                continue
            T = min(self.num_segments, SUBSETS[subset])
            labelled = 1 if (subset, self.split) == ('v1s', 'train') else T
            clip = f'{folder}/{subset}/{uid}'
            samples.append(dict(
                sample_id=uid, video_id=uid, num_segments=T, subset=subset, video_path=f'{clip}/frames',
                audio_path=f'{clip}/audio.wav', frame_paths=[f'{clip}/frames/{k}.jpg' for k in range(T)],
                mask_kind='colour' if self.masks == 'labels_rgb' else 'index',
                mask_paths={k: f'{clip}/{self.masks}/{k}.png' for k in range(labelled)}))
        return samples

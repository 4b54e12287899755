"""AVSBench S4: segmentation of the one sounding object, read from the official files."""
from __future__ import annotations

from avreg.registry import DATASETS

from .avsbench import AVSBench
from .names import read_table


@DATASETS.register_module()
class AVSS4(AVSBench):
    """AVSBench S4 (Zhou et al., ECCV 2022): 5 s with a single source, semi-supervised.

    Adds ``category`` and ``gt_label`` int (its index in the card). Only the first frame of a training clip has a mask;
    in val and test all five have. ``sample_id`` is ``category/name``.

    The list is read as the official code does: name and category by position (columns 0 and 2), the split by the column
    ``split``.

    Args:
        **kwargs: see :class:`AVDataset`; ``media_prefix`` also has ``mask``.
    """

    benchmark = 'avs_s4'
    layout = ('Single-source/s4_meta_data.csv and, in Single-source/s4_data, '
              'visual_frames/<split>/<category>/<name>/<name>_{1..5}.png, gt_masks/ alike (train: only _1.png) and '
              'audio_wav/<split>/<category>/<name>.wav')
    default_media = dict(video=('Single-source/s4_data/visual_frames', 's4_data/visual_frames'),
                         audio=('Single-source/s4_data/audio_wav', 's4_data/audio_wav'),
                         mask=('Single-source/s4_data/gt_masks', 's4_data/gt_masks'))

    def load_samples(self) -> list[dict]:
        """One dict a clip of the split."""
        lists = (self.ann_file,) if self.ann_file else ('Single-source/s4_meta_data.csv', 's4_meta_data.csv')
        frames, masks, sounds = self.folder('video'), self.folder('mask'), self.folder('audio')
        T = min(self.num_segments, self.card.num_segments)
        samples = []
        for row in read_table(self.find_file(*lists), ('split',), {'split': self.card.splits}, least=4):
            if row.name['split'] != self.split:
                continue
            name, category = row.fields[0], row.fields[2]
            clip = f'{self.split}/{category}/{name}'
            samples.append(dict(
                sample_id=f'{category}/{name}', video_id=f'{category}/{name}', num_segments=T, category=category,
                gt_label=self.card.label_index(category, row.where), video_path=f'{frames}/{clip}',
                audio_path=f'{sounds}/{clip}.wav', frame_paths=[f'{frames}/{clip}/{name}_{k + 1}.png' for k in range(T)],
                mask_kind='binary',
                mask_paths={k: f'{masks}/{clip}/{name}_{k + 1}.png' for k in range(1 if self.split == 'train' else T)}))
        return samples

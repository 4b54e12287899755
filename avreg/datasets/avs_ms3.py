"""AVSBench MS3: segmentation of all sounding objects, read from the official files."""
from __future__ import annotations

from avreg.registry import DATASETS

from .avsbench import AVSBench
from .names import read_table


@DATASETS.register_module()
class AVSMS3(AVSBench):
    """AVSBench MS3 (Zhou et al., ECCV 2022): 5 s with several sources, fully supervised; all five frames have a mask.

    In training a mask is 1 where its file is not black; in val and test it is the value / 255, as the official metric has
    it. ``sample_id`` is the name, which the list has in column 0; the split is in the column ``split``.

    Args:
        **kwargs: see :class:`AVDataset`; ``media_prefix`` also has ``mask``.
    """

    benchmark = 'avs_ms3'
    layout = ('Multi-sources/ms3_meta_data.csv and, in Multi-sources/ms3_data, visual_frames/<name>/<name>.mp4_{1..5}.png, '
              'gt_masks/<split>/<name>/<name>_{1..5}.png and audio_wav/<split>/<name>.wav')
    default_media = dict(video=('Multi-sources/ms3_data/visual_frames', 'ms3_data/visual_frames'),
                         audio=('Multi-sources/ms3_data/audio_wav', 'ms3_data/audio_wav'),
                         mask=('Multi-sources/ms3_data/gt_masks', 'ms3_data/gt_masks'))

    def load_samples(self) -> list[dict]:
        """One dict a clip of the split."""
        lists = (self.ann_file,) if self.ann_file else ('Multi-sources/ms3_meta_data.csv', 'ms3_meta_data.csv')
        frames, masks, sounds = self.folder('video'), self.folder('mask'), self.folder('audio')
        T = min(self.num_segments, self.card.num_segments)
        samples = []
        for row in read_table(self.find_file(*lists), ('split',), {'split': self.card.splits}):
            if row.name['split'] != self.split:
                continue
            name = row.fields[0]
            samples.append(dict(
                sample_id=name, video_id=name, num_segments=T, video_path=f'{frames}/{name}',
                audio_path=f'{sounds}/{self.split}/{name}.wav',
                # The pictures are named after the video file, suffix and all.
                frame_paths=[f'{frames}/{name}/{name}.mp4_{k + 1}.png' for k in range(T)],
                mask_kind='foreground' if self.split == 'train' else 'soft',
                mask_paths={k: f'{masks}/{self.split}/{name}/{name}_{k + 1}.png' for k in range(T)}))
        return samples

"""F-Music and F-Lifescene: a mask and a sentence for each annotated frame. No release is public; the layout is ours."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from avreg.benchmarks import F_MUSIC
from avreg.benchmarks.vocabulary import split_words
from avreg.errors import did_you_mean
from avreg.registry import DATASETS

from .avsbench import AVSBench
from .names import read_json_list, require_fields

FIELDS = ('id', 'split', 'descriptions')


class RASSU(AVSBench):
    """What the two benchmarks share. Below ``data_root`` lie

    * ``annotations.json``, a list of clips of all splits, as ``{"id": "00012345", "split": "train", "scene": "violin", "descriptions":
      ["A violin on the left plays.", ...]}``: a sentence for each annotated frame, one frame a second;
    * ``frames/<id>/{0..}.jpg`` and ``masks/<id>/{0..}.png``, a picture and a mask of the sounding objects for each sentence, of any size;
      a mask has one channel, 0 to 255;
    * ``audio/<id>.wav``, whose second k belongs to frame k.

    Adds ``descriptions`` (T sentences) and ``category`` (the scene, or None).

    Args:
        **kwargs: see :class:`AVDataset`; ``media_prefix`` also has ``mask``.
    """

    layout = 'annotations.json, frames/<id>/{0..}.jpg, masks/<id>/{0..}.png and audio/<id>.wav'
    default_media = dict(video=('frames', ), audio=('audio', ), mask=('masks', ))

    def load_samples(self) -> list[dict]:
        """One dict a clip of the split."""
        path = self.find_file(self.ann_file or 'annotations.json')
        frames, masks, sounds = self.folder('video'), self.folder('mask'), self.folder('audio')
        samples = []
        for row in read_rows(path):
            clip, sentences = row['id'], row['descriptions']
            if row['split'] == self.split:
                numbers = range(len(sentences))
                samples.append(dict(
                    sample_id=clip, video_id=clip, num_segments=len(sentences), category=row.get('scene'), descriptions=sentences,
                    video_path=f'{frames}/{clip}', audio_path=f'{sounds}/{clip}.wav',
                    frame_paths=[f'{frames}/{clip}/{k}.jpg' for k in numbers], mask_kind='soft',
                    mask_paths={k: f'{masks}/{clip}/{k}.png' for k in numbers}))
        return samples


def read_rows(path: Path) -> Iterator[dict]:
    """The clips of ``annotations.json``, of all splits.

    Raises:
        FileNotFoundError: no such file.
        ValueError: it is not a list, or an entry lacks a field, or has an unknown split or no sentences; names it.
    """
    for number, row in enumerate(read_json_list(path, 'clips')):
        where = f'{path}, entry {number}'
        require_fields(row, FIELDS, where, f"a clip has {', '.join(FIELDS)} and scene")
        clip, sentences = str(row['id']), row['descriptions']
        if row['split'] not in F_MUSIC.splits:
            raise ValueError(f"{where} (id {clip}): {row['split']!r} is not a split{did_you_mean(str(row['split']), F_MUSIC.splits)}")
        if not isinstance(sentences, list) or not sentences or not all(isinstance(sentence, str) for sentence in sentences):
            raise ValueError(f'{where} (id {clip}): descriptions must be a list of sentences, one for each annotated frame')
        yield {**row, 'id': clip}


def training_words(path: Path, min_count: int = 1) -> list[str]:
    """The words of the training sentences of ``annotations.json`` that occur ``min_count`` times or more, most frequent first.

    Raises:
        FileNotFoundError, ValueError: see :func:`read_rows`; there is no such word.
    """
    texts = (text for row in read_rows(path) if row['split'] == 'train' for text in row['descriptions'])
    counts = Counter(word for text in texts for word in split_words(text))
    words = sorted((word for word, count in counts.items() if count >= min_count), key=lambda word: (-counts[word], word))
    if not words:
        raise ValueError(f'{path}: no word of its training sentences occurs {min_count} times or more')
    return words


@DATASETS.register_module()
class FMusic(RASSU):
    """F-Music (see :class:`RASSU`): clips of music."""

    benchmark = 'f_music'


@DATASETS.register_module()
class FLifescene(RASSU):
    """F-Lifescene (see :class:`RASSU`): clips of daily life."""

    benchmark = 'f_lifescene'

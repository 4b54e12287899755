"""What happens when a media file cannot be used: BadMedia, raised by transforms, and BadMediaLog, which counts."""
from __future__ import annotations

import json
import os
from pathlib import Path


class BadMedia(ValueError):
    """A media file is missing, damaged or empty. Raised by a transform; the dataset adds the id, and skips or stops."""


class MissingTrack(BadMedia):
    """A media file has no picture, or no sound, that is wanted of it."""


def bad_sample(info: dict, problem: BadMedia) -> BadMedia:
    """``problem`` with the sample that it stops, which a dataset needs (``on_bad_media='error'``)."""
    return BadMedia(f"{info['benchmark']} {info['split']} sample {info['sample_id']}: {problem}. Repair the file; training skips such samples "
                    "with on_bad_media='skip', a test needs them all")


class BadMediaLimit(ValueError):
    """More media are bad than a training run tolerates."""


class BadMediaLog:
    """Distinct bad files of one split, over all workers and ranks that append to the same file.

    Args:
        benchmark: name of the benchmark.
        split: name of the split; with ``benchmark`` it tells this log's lines from those of other datasets.
    """

    def __init__(self, benchmark: str, split: str):
        self.benchmark, self.split = benchmark, split
        self.path: Path | None = None
        self.ids: set[str] = set()

    def add(self, video_id: str, sample_id: str | int, file: str, reason: str) -> int:
        """Note a bad file; the number of distinct ones so far.

        A line is one ``write`` on a descriptor opened for appending: lines of several processes never mix.
        """
        if self.path is not None and video_id not in self.ids:
            self.ids |= self._read()
            if video_id not in self.ids:
                row = dict(benchmark=self.benchmark, split=self.split, id=sample_id, video_id=video_id, file=file,
                           reason=reason)
                line = json.dumps(row, ensure_ascii=False)
                descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
                try:
                    os.write(descriptor, f'{line}\n'.encode())
                finally:
                    os.close(descriptor)
        self.ids.add(video_id)
        return len(self.ids)

    def _read(self) -> set[str]:
        """Ids that any process has listed for this benchmark and split."""
        if not self.path.exists():
            return set()
        rows = map(json.loads, self.path.read_text(encoding='utf-8').splitlines())
        return {row['video_id'] for row in rows if (row['benchmark'], row['split']) == (self.benchmark, self.split)}

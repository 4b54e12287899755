"""AVSBench: what its three settings share."""
from __future__ import annotations

import os
from pathlib import Path

from .base import AVDataset


class AVSBench(AVDataset):
    """Clips of AVSBench, which lie on disk as a picture a second, masks and a sound file.

    Samples hold ``frame_paths`` (T files), ``mask_paths`` (number of a labelled frame -> file), ``mask_kind`` (how
    LoadMasks reads them), ``audio_path``, ``video_path`` (the folder of the frames), and ``num_segments`` (T: the frames of
    the clip, or fewer if the dataset's ``num_segments`` is smaller). LoadFrames and LoadMasks read them.

    ``data_root`` is the folder that holds ``Single-source``, ``Multi-sources`` and ``AVSS``, or the one of them that is
    read.
    """

    def set_paths(self, samples: list[dict]) -> dict[str, str]:
        """See the base class. The paths follow from the names; here they are compared with the folders."""
        missing: dict[str, str] = {}
        if not self.check_media:
            return missing
        listings: dict[str, set[str]] = {}
        for sample in samples:
            for file in (*sample['frame_paths'], sample['audio_path'], *sample['mask_paths'].values()):
                folder, name = os.path.split(file)
                if folder not in listings:
                    listings[folder] = set(os.listdir(folder)) if os.path.isdir(folder) else set()
                if name not in listings[folder]:
                    missing.setdefault(sample['video_id'], file)
        return missing

    def folder(self, kind: str) -> Path:
        """The folder of a kind of media.

        Raises:
            FileNotFoundError: under ``check_media``, none of its places exists.
        """
        return self._folders(kind)[0] if self.check_media else self._default_folder(kind)

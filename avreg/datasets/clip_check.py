"""check_clip: what is wrong with the media of a sample."""
from __future__ import annotations

import copy

import numpy as np

from .bad_media import BadMedia
from .transforms import LoadFeatures, LoadFrames, LoadMasks
from .transforms.image_file import read_image
from .transforms.load_pair import PICTURE_SUFFIXES
from .transforms.log_mel import SAMPLE_RATE
from .transforms.media_file import open_media

# What can be wrong. A sample whose media are missing or corrupt is not there; a short or silent one is.
MISSING, CORRUPT, SHORT, SILENT = 'missing', 'corrupt', 'short', 'silent'
PROBLEMS = (MISSING, CORRUPT, SHORT, SILENT)
# A clip may end so many seconds early: real ones of 10 s last 9.9.
_EARLY = 0.5
# The loudest sample of what nobody hears: -80 dB of full scale.
_INAUDIBLE = 1e-4


def check_clip(info: dict) -> dict[str, str]:
    """Read everything of a sample that training reads, and tell what is wrong.

    Args:
        info: a sample before the pipeline, as ``dataset.get_data_info`` gives it.

    Returns:
        of ``PROBLEMS`` what applies, with the reason: 'corrupt' (it cannot be read to its end, has no sound, ...) alone, or 'short' (picture or
        sound ends more than 0.5 s before the clip should) and 'silent' (nothing louder than -80 dB). A clip whose length the
        annotations do not say is never short.
    """
    try:
        if 'feature_paths' in info:
            return _check_features(info)
        problems = _check_frames(info) if 'frame_paths' in info else _check_video(info)
        if 'mask_paths' in info:
            LoadMasks()(copy.deepcopy(info))
        return problems
    except BadMedia as problem:
        return {CORRUPT: str(problem)}


def _expected(info: dict) -> float | None:
    """Seconds that the clip should have; None if the annotations do not say."""
    if info['flexible_length']:
        return info.get('duration')
    return info['num_segments']


def _check_video(info: dict) -> dict[str, str]:
    """A video, or a picture and a sound file."""
    video, T, lengths = info['video_path'], info['num_segments'], {}
    pair = video.lower().endswith(PICTURE_SUFFIXES)
    if pair:
        read_image(video)
    else:
        with open_media(video, True, False, until=T) as file:
            file.frames(np.arange(T) + 0.5)
            lengths['picture'] = file.seconds
    with open_media(info['audio_path'], False, 'error') as file:
        begin = max(0.0, (file.seconds - T) / 2) if pair else 0.0
        waveform = file.waveform(T, SAMPLE_RATE, begin)
        lengths['sound'] = file.seconds
    return _judge(info, lengths, waveform)


def _check_frames(info: dict) -> dict[str, str]:
    """A folder of pictures, one a second, and a sound file."""
    waveform = LoadFrames(SAMPLE_RATE)(copy.deepcopy(info))['waveform']
    with open_media(info['audio_path'], False, 'error') as file:
        return _judge(info, {'sound': file.seconds}, waveform)


def _judge(info: dict, lengths: dict[str, float], waveform: np.ndarray) -> dict[str, str]:
    """Whether a clip that can be read is short or silent."""
    problems, expected = {}, _expected(info)
    early = {kind: seconds for kind, seconds in lengths.items() if expected is not None and seconds < expected - _EARLY}
    if early:
        there = ' and '.join(f'{seconds:.1f} s of {kind}' for kind, seconds in early.items())
        problems[SHORT] = f"{info['video_path'] if 'picture' in early else info['audio_path']}: {there}, {expected:.1f} s expected"
    if np.abs(waveform).max() < _INAUDIBLE:
        problems[SILENT] = f"{info['audio_path']}: no sample of the sound is louder than {_INAUDIBLE:g}"
    return problems


def _check_features(info: dict) -> dict[str, str]:
    """Feature files: their steps are the seconds of a clip unless its length differs."""
    features = LoadFeatures(whole=True)(copy.deepcopy(info))['features']
    problems, T = {}, info['num_segments']
    timed = [features[kind] for kind in ('audio', 'visual', 'patches') if kind in features]
    steps = min(map(len, timed), default=T)
    first = next(iter(info['feature_paths'].values()))
    if not info['flexible_length'] and steps < T:
        problems[SHORT] = f'{first}: {steps} steps, {T} expected'
    if 'audio' in features and not features['audio'].any():
        problems[SILENT] = f"{info['feature_paths']['audio']}: all zero"
    return problems

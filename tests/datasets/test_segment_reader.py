import numpy as np
import pytest
import torch

from avreg.datasets import BadMedia
from avreg.datasets.feature_sampling import FeatureSampling
from avreg.datasets.segment_reader import SegmentReader
from avreg.datasets.transforms import LogMel, Resize
from avreg.datasets.transforms.media_file import open_media

from . import media


def read(path, modality, sampling, **kwargs):
    (count, seconds), *batches = SegmentReader(modality, sampling, **kwargs).read(str(path))
    assert sum(map(len, batches)) == count
    return np.concatenate(batches), seconds, [len(batch) for batch in batches]


@pytest.fixture(scope='module')
def clip(tmp_path_factory):
    return media.write_video(tmp_path_factory.mktemp('clips') / 'a.mp4', seconds=7, sample_rate=22050, layout='mono')


def test_rows_of_the_official_lengths():
    unav = FeatureSampling(hop=0.32)
    # The steps of I3D: 25 frames a second, windows of 24, every 8.
    assert [unav.count(s) for s in (60, 10, 38.0)] == [1 + (round(25 * s) - 24) // 8 for s in (60, 10, 38.0)] and unav.count(60) == 185
    assert unav.frame_times(3) == pytest.approx([0.48, 0.8, 1.12]) and unav.samples(2, 3) == (10240, 10240 + 15600)
    assert [FeatureSampling().count(s) for s in (0.6, 10.05, 59.97)] == [1, 10, 60]
    assert FeatureSampling(segments=60).count(10800) == 60 and FeatureSampling(segments=10, exact=True).count(3) == 10


@pytest.mark.parametrize('hop', ['second', 0.96, 0.32, 2.0])
@pytest.mark.parametrize('batch_size', [64, 3])
def test_log_mel_in_batches_is_that_of_the_whole_sound(clip, hop, batch_size):
    found, seconds, sizes = read(clip, 'audio', FeatureSampling(hop=hop), batch_size=batch_size)
    with open_media(str(clip), False, 'error') as file:
        expected = LogMel(hop).examples(torch.from_numpy(file.waveform(8, 16000))).numpy()
    assert max(sizes) <= batch_size and seconds == pytest.approx(7, abs=0.1) and len(found) >= 3
    np.testing.assert_allclose(found, expected[:len(found)], atol=2e-4)


def test_frames_are_those_in_the_middle_of_their_segments(clip):
    frames, _, sizes = read(clip, 'visual', FeatureSampling(), batch_size=3, resize=Resize(16))
    assert frames.shape == (7, 16, 16, 3) and sizes == [3, 3, 1]
    assert [round((frame[:, :6].mean() - 16) / 8) for frame in frames.astype(float)] == [(8 * t + 4) % 28 for t in range(7)]


def test_a_short_clip_is_made_long_where_the_benchmark_counts_seconds(clip):
    ten = FeatureSampling(segments=10, exact=True)
    frames, _, _ = read(clip, 'visual', ten)
    assert len(frames) == 10 and np.array_equal(frames[7], frames[9])
    sound, _, _ = read(clip, 'audio', ten)
    assert np.allclose(sound[8:], np.log(0.01)) and sound[6].max() > 0


def test_no_sound_is_bad_or_silence(tmp_path):
    path = media.write_video(tmp_path / 'a.mp4', sound=None)
    with pytest.raises(BadMedia, match='no sound track'):
        read(path, 'audio', FeatureSampling())
    silence, seconds, _ = read(path, 'audio', FeatureSampling(), no_sound='silence')
    assert silence.shape == (3, 1, 96, 64) and np.allclose(silence, np.log(0.01)) and seconds == 3
    with pytest.raises(BadMedia, match='no sound track|no video track|no such file'):
        read(tmp_path / 'gone.mp4', 'audio', FeatureSampling(), no_sound='silence')

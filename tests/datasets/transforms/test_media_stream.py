from fractions import Fraction

import av
import numpy as np
import pytest
import torch
from av.stream import Disposition
from torchaudio.transforms import Resample

from avreg.datasets import BadMedia
from avreg.datasets.transforms import media_stream
from avreg.datasets.transforms.media_file import open_media
from avreg.datasets.transforms.media_stream import open_stream, resample_blocks

from .. import media
from ..broken_media import patch

TIMES = np.arange(8) / 2 + 0.25


def streamed(path, times=TIMES):
    with open_stream(str(path), 'visual') as file:
        return np.stack(list(file.frames(times)))


def at_once(path, times=TIMES):
    with open_media(str(path), True, False) as file:
        return file.frames(times)


@pytest.mark.parametrize('kwargs', [
    dict(gop=250), dict(gop=1), dict(gop=10, b_frames=3), dict(gop=5, fps=Fraction(73, 10)),
    dict(codec='libvpx-vp9', size=33, sound='libopus', sample_rate=48000),
    dict(gop=9, b_frames=3, codec='mpeg2video', fps=25, open_gop=True)])
def test_frames_are_those_of_the_whole_file(tmp_path, kwargs):
    path = media.write_video(tmp_path / f'a.{"webm" if "size" in kwargs else "mp4"}', **{**dict(seconds=4, fps=12), **kwargs})
    assert np.array_equal(streamed(path), at_once(path))


def test_a_clip_shorter_than_the_times_keeps_its_last_frame(tmp_path):
    path = media.write_video(tmp_path / 'a.mp4', seconds=1.5)
    assert np.array_equal(streamed(path), at_once(path))


def test_pictures_that_do_not_come_are_looked_for_among_all(tmp_path, monkeypatch):
    path = media.write_video(tmp_path / 'a.mp4', seconds=4, fps=12, gop=10, b_frames=3)
    needed = media_stream.MediaStream._needed_frames
    monkeypatch.setattr(media_stream.MediaStream, '_needed_frames', lambda *args: (frame for frame, _ in zip(needed(*args), range(3))))
    assert np.array_equal(streamed(path), at_once(path))
    monkeypatch.setattr(media_stream.PacketTable, 'is_timed', False)
    assert np.array_equal(streamed(path), at_once(path))


@pytest.mark.parametrize('matrix, quarters', [((0, 1, -1, 0), 3), ((-1, 0, 0, -1), 2), ((0, -1, 1, 0), 1)])
def test_a_turned_picture_is_turned_back(tmp_path, matrix, quarters):
    """As a telephone films: the file says how to turn it."""
    path = media.write_video(tmp_path / 'a.mp4', seconds=2)
    upright = at_once(path)
    numbers = np.zeros((3, 3), '>i4')
    numbers[:2, :2] = np.reshape(matrix, (2, 2)) * 0x10000
    numbers[2, 2] = 0x40000000
    path.write_bytes(patch(path.read_bytes(), b'tkhd', 40, numbers.tobytes()))
    for found in (streamed(path), at_once(path)):
        assert np.array_equal(found, np.rot90(upright, quarters, (1, 2)))


def test_the_default_sound_track_is_taken_and_no_cover(tmp_path):
    path = tmp_path / 'a.mkv'
    with av.open(str(path), 'w') as container:
        tracks = [container.add_stream('pcm_s16le', rate=8000, layout='mono') for _ in range(3)]
        tracks[0].disposition, tracks[1].disposition, tracks[2].disposition = Disposition(0), Disposition.default, Disposition(0)
        for track, level in zip(tracks, (1000, 2000, 3000)):
            frame = av.AudioFrame.from_ndarray(np.full((1, 16000), level, np.int16), format='s16', layout='mono')
            frame.sample_rate, frame.pts, frame.time_base = 8000, 0, Fraction(1, 8000)
            container.mux(track.encode(frame))
            container.mux(track.encode(None))
    with open_stream(str(path), 'audio') as file:
        waveform = np.concatenate(list(file.waveform(8000)))
    assert waveform.shape == (16000, ) and np.allclose(waveform, 2000 / 32768)
    with open_media(str(path), False, 'error') as file:
        assert np.array_equal(file.waveform(2, 8000), waveform)


@pytest.mark.parametrize('rate, layout, codec', [(44100, 'stereo', 'aac'), (8000, 'mono', 'pcm_s16le'), (96000, '5.1', 'pcm_s16le')])
def test_sound_is_that_of_the_whole_file(tmp_path, rate, layout, codec):
    path = media.write_sound(tmp_path / 'a.mkv', 20, rate, codec, layout)
    with open_stream(str(path), 'audio') as file:
        blocks = list(file.waveform(16000))
        assert file.seconds == pytest.approx(20, abs=0.05)
    with open_media(str(path), False, 'error') as file:
        whole = file.waveform(20, 16000)
    assert len(blocks) > 1
    # The last samples of a sound that is cut know nothing of what follows.
    np.testing.assert_allclose(np.concatenate(blocks)[:len(whole) - 50], whole[:-50], atol=1e-6)


@pytest.mark.parametrize('rate', [8000, 11025, 44100, 96000, 16000])
@pytest.mark.parametrize('seconds', [0.01, 21])
def test_resampling_in_blocks_is_resampling(rate, seconds):
    rng = np.random.default_rng(rate)
    whole = rng.random(round(rate * seconds) + 7, np.float32) - 0.5
    cuts = np.unique(rng.integers(1, len(whole), 30))
    found = np.concatenate(list(resample_blocks(((piece, rate) for piece in np.split(whole, cuts)), 16000)))
    expected = whole if rate == 16000 else Resample(rate, 16000)(torch.from_numpy(whole)).clamp(-1, 1).numpy()
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_an_odd_rate_does_not_fill_the_memory(tmp_path):
    path = media.write_sound(tmp_path / 'a.wav', sample_rate=44099, codec='pcm_s16le')
    with pytest.raises(BadMedia, match='a.wav: its sampling rate of 44099 Hz is too odd'), open_stream(str(path), 'audio') as file:
        list(file.waveform(16000))


def test_frames_of_any_distance_are_found_by_their_times(tmp_path):
    times = [0, 0.1, 0.9, 1.0, 2.7, 3.9, 4.0]
    with av.open(str(tmp_path / 'a.mkv'), 'w') as container:
        stream = container.add_stream('libx264', rate=30)
        stream.width = stream.height = 32
        stream.codec_context.time_base = Fraction(1, 1000)
        for k, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), media.grey(k), np.uint8), format='rgb24')
            frame.pts, frame.time_base = round(1000 * time), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    found = streamed(tmp_path / 'a.mkv', np.array([0.5, 0.95, 1.5, 2.5, 3.5, 5]))
    assert [round((float(frame.mean()) - 16) / 8) for frame in found] == [1, 2, 3, 3, 4, 6]
    assert np.array_equal(found, at_once(tmp_path / 'a.mkv', np.array([0.5, 0.95, 1.5, 2.5, 3.5, 5])))


def test_a_track_that_is_not_there(tmp_path):
    for modality, path in (('visual', media.write_sound(tmp_path / 'a.mp4')), ('audio', media.write_video(tmp_path / 'b.mp4', sound=None))):
        with pytest.raises(BadMedia, match=rf'{path.name}: there is no (video|sound) track'), open_stream(str(path), modality):
            pass


def test_sound_that_ends_before_the_picture_is_not_cut_off(tmp_path):
    path = tmp_path / 'a.mkv'
    with av.open(str(path), 'w') as container:
        video = container.add_stream('libx264', rate=8)
        video.width = video.height = 32
        audio = container.add_stream('pcm_s16le', rate=8000, layout='mono')
        for _ in range(48):
            container.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format='rgb24')))
        container.mux(video.encode(None))
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.int16), format='s16', layout='mono')
        frame.sample_rate, frame.pts, frame.time_base = 8000, 0, Fraction(1, 8000)
        container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    with open_stream(str(path), 'audio') as file:
        assert file.seconds == pytest.approx(2, abs=0.1)
    with open_stream(str(path), 'visual') as file:
        assert file.seconds == pytest.approx(6, abs=0.1)

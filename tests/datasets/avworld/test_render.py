"""Pixels, samples and mp4 files show what the scene says."""
import av
import numpy as np
import pytest

from avreg.datasets.avworld.media import write_mp4
from avreg.datasets.avworld.scene import Actor, Scene
from avreg.datasets.avworld.sound import SAMPLE_RATE, render_sound
from avreg.datasets.avworld.video import FPS, SIZE, render_frames


def scene(*actors: Actor, **known) -> Scene:
    return Scene(4, indoor=True, actors=actors, noise_level=-60.0, grain=0.0, **known)


def test_sound_is_there_when_heard_and_at_its_level():
    wave = render_sound(scene(Actor(3, None, heard=((1, 3), ), level=-20.0)))
    assert wave.shape == (4 * SAMPLE_RATE, ) and wave.dtype == np.float32
    level = 20 * np.log10(np.sqrt((wave.reshape(4, -1)**2).mean(1)))
    assert np.all(level[[0, 3]] < -55)
    assert level[1:3] == pytest.approx([-20, -20], abs=1.5)


def test_rhythm_is_the_number_of_pulses():
    def attacks(rhythm):
        wave = render_sound(scene(Actor(8, None, heard=((0, 4), ), rhythm=rhythm)))
        envelope = np.abs(wave).reshape(-1, SAMPLE_RATE // 50).max(1)
        return int((np.diff(envelope) > 0.4 * envelope.max()).sum())

    assert attacks(1.0) == pytest.approx(4, abs=1)
    assert attacks(4.0) == pytest.approx(16, abs=2)


def test_voice_is_heard_without_an_actor():
    wave = render_sound(scene(voice=((2, 4), ))).reshape(4, -1)
    power = (wave**2).mean(1)
    assert power[2:].min() > 100 * power[:2].max()


def test_picture_shows_playing_resting_and_absent_objects():
    actor = Actor(6, 'left', shown=((1, 2), ), present=((0, 3), ), x=0.2, y=0.5)
    frames = render_frames(scene(actor)).astype(int).reshape(4, FPS, SIZE, SIZE, 3)
    empty = render_frames(scene()).astype(int).reshape(4, FPS, SIZE, SIZE, 3)
    changed = np.abs(frames - empty).sum(-1) > 60
    area = changed.sum((2, 3)).mean(1)
    assert area[3] == 0
    assert area[0] == area[2] > 300
    assert area[1] > 1.5 * area[0]
    assert changed[:, :, :, SIZE // 2:].sum() == 0


def test_a_hidden_detail_makes_look_alikes_the_same():
    def look(kind, detail):
        return render_frames(scene(Actor(kind, 'middle', present=((0, 4), ), detail=detail)))

    assert np.array_equal(look(4, 0.0), look(5, 0.0))
    assert np.abs(look(4, 1.0).astype(int) - look(5, 1.0)).max() > 60


def test_mp4_has_the_right_streams_and_the_same_bytes_again(tmp_path):
    one = scene(Actor(1, 'right', heard=((0, 2), ), shown=((0, 2), ), present=((0, 4), )))
    for name in ('a.mp4', 'b.mp4'):
        write_mp4(tmp_path / name, render_frames(one), render_sound(one))
    assert (tmp_path / 'a.mp4').read_bytes() == (tmp_path / 'b.mp4').read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ['a.mp4', 'b.mp4']
    with av.open(str(tmp_path / 'a.mp4')) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.width, video.height, video.average_rate) == ('h264', SIZE, SIZE, FPS)
        assert (audio.codec_context.name, audio.sample_rate, audio.layout.name) == ('aac', SAMPLE_RATE, 'mono')
        assert container.duration / av.time_base == pytest.approx(4, abs=0.1)
        frames = np.stack([frame.to_ndarray(format='rgb24') for frame in container.decode(video)])
    assert len(frames) == 4 * FPS
    assert np.abs(frames.astype(int) - render_frames(one)).mean() < 6


def test_a_picture_of_another_time_and_size_is_the_same_picture():
    one = scene(Actor(2, 'left', shown=((0, 4), ), present=((0, 4), ), x=0.3, y=0.4, radius=0.25, tilt=0.3))
    frames, larger = render_frames(one), render_frames(one, np.array([1.5, 3.0]), 2 * SIZE)
    assert larger.shape == (2, 2 * SIZE, 2 * SIZE, 3)
    halved = larger.reshape(2, SIZE, 2, SIZE, 2, 3).mean((2, 4))
    assert np.abs(halved - frames[[3 * FPS // 2, 3 * FPS]]).mean() < 2
    assert np.array_equal(render_frames(one, np.array([1.5, 3.0])), frames[[3 * FPS // 2, 3 * FPS]])

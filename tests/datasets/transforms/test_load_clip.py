from fractions import Fraction

import av
import numpy as np
import pytest

from avreg.datasets import BadMedia
from avreg.datasets.transforms import LoadClip, decode
from avreg.datasets.transforms.media_file import open_media

from .. import media


def load(path, seconds=3, audio=None, **kwargs):
    return LoadClip(**kwargs)(dict(video_path=str(path), audio_path=str(audio or path), num_segments=seconds))


def shown(frames):
    """Number k of each frame, read off its grey."""
    return [int(round((float(frame[:, :frame.shape[1] // 2 - 4].mean()) - 16) / 8)) for frame in frames]


def full_decode(path, times):
    """Plain reference: every frame of a file, then for each time the last one that is not later."""
    with av.open(str(path)) as container:
        pictures = {frame.pts: frame.to_ndarray(format='rgb24') for frame in container.decode(video=0)}
        base = float(container.streams.video[0].time_base)
    clock = sorted(pictures)
    return np.stack([pictures[max((p for p in clock if p * base <= t + 1e-6), default=clock[0])] for t in times])


@pytest.mark.parametrize('fps', [8, 25, Fraction(30000, 1001), Fraction(73, 10), 1])
def test_frame_on_screen_in_the_middle_of_each_second(tmp_path, fps):
    clip = load(media.write_video(tmp_path / 'a.mp4', fps=fps, gop=5))
    expected = [int((t + 0.5) * fps + 1e-9) % 28 for t in range(3)]
    assert shown(clip['frames']) == expected
    assert clip['frames'].dtype == np.uint8 and clip['frames'].shape == (3, 32, 32, 3)


def test_right_is_right_and_colours_are_rgb(tmp_path):
    frames = load(media.write_video(tmp_path / 'a.mp4'))['frames'].astype(int)
    assert (frames[:, :, 24:].mean((1, 2, 3)) - frames[:, :, :8].mean((1, 2, 3)) > 15).all()
    assert abs(frames[..., 0] - frames[..., 2]).max() < 6


# Pictures shown before a key frame and decoded after it, which refer to the group before.
OPEN_GOP = dict(gop=9, b_frames=3, codec='mpeg2video', fps=25, open_gop=True)


@pytest.mark.parametrize('kwargs', [
    dict(gop=250),
    dict(gop=1),
    dict(gop=10, b_frames=3),
    dict(codec='mpeg4', gop=12),
    dict(codec='libvpx-vp9'), OPEN_GOP
])
def test_equals_a_full_decode(tmp_path, kwargs):
    sound = 'libopus' if kwargs.get('codec') == 'libvpx-vp9' else 'aac'
    suffix = 'webm' if sound == 'libopus' else 'mp4'
    kwargs = {**dict(seconds=4, fps=12, sound=sound, sample_rate=48000), **kwargs}
    path = media.write_video(tmp_path / f'a.{suffix}', **kwargs)
    assert (load(path, 4)['frames'] == full_decode(path, np.arange(4) + 0.5)).all()


@pytest.mark.parametrize('kwargs', [dict(gop=250), dict(gop=10, b_frames=3), OPEN_GOP])
def test_what_is_left_out_is_not_needed(tmp_path, kwargs):
    """At every time of the clip the packets that are kept give the wanted picture, which ends them, and at most two groups are kept."""
    with av.open(str(media.write_video(tmp_path / 'a.mp4', **{**dict(seconds=4, fps=12), **kwargs}))) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
    groups = sum(packet.is_keyframe for packet in packets)
    table = decode.PacketTable(packets)
    for pts in sorted(table.pts):
        needed = table.pts == pts
        run = np.flatnonzero(decode.packets_for(table, needed))
        assert table.is_keyframe[run].sum() <= 2 and (groups < 3 or len(run) < len(packets))
        assert table.is_keyframe[run[0]] and table.pts[run[-1]] == pts and (np.diff(run) == 1).all()
        with av.open(str(tmp_path / 'a.mp4')) as container:
            assert pts in [frame.pts for frame in decode.decode_needed(container.streams.video[0], packets, table, needed)]


@pytest.mark.parametrize('kwargs', [dict(gop=10, b_frames=3), OPEN_GOP])
def test_several_runs_equal_a_full_decode(tmp_path, kwargs):
    """Any two pictures, in one group, in neighbouring ones and far apart."""
    path = media.write_video(tmp_path / 'a.mp4', **{**dict(seconds=3, fps=12), **kwargs})
    clock = np.arange(0, 3, 0.21) + 0.02
    whole = full_decode(path, clock)
    for i in range(len(clock)):
        for j in range(i + 1, len(clock)):
            with open_media(str(path), True, False) as file:
                assert (file.frames(clock[[i, j]]) == whole[[i, j]]).all(), (i, j)


def test_what_lies_behind_is_not_read(tmp_path, monkeypatch):
    """The beginning is the same, whether or not the packets behind it are read, and its length is enough."""
    monkeypatch.setattr(decode, 'REORDERING', 0.5)
    path = str(media.write_video(tmp_path / 'a.mp4', seconds=12, fps=12, gop=10, b_frames=3))
    with open_media(path, True, 'error') as file:
        frames, waveform, seconds, packets = file.frames(np.arange(3) + 0.5), file.waveform(3, 16000), file.seconds, _kept(file)
    with open_media(path, True, 'error', until=3) as file:
        assert (file.frames(np.arange(3) + 0.5) == frames).all() and (file.waveform(3, 16000) == waveform).all()
        assert 3 < file.seconds < seconds and _kept(file) < 0.35 * packets


def _kept(file) -> int:
    return sum(map(len, file._packets.values()))


def test_sound_before_the_start_is_left_out(tmp_path):
    with av.open(str(media.write_sound(tmp_path / 'a.wav', codec='pcm_s16le'))) as container:
        stream = container.streams.audio[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        late, rate = decode.decode_sound(stream, packets, 1.25, 1)
    with av.open(str(tmp_path / 'a.wav')) as container:
        whole, _ = decode.decode_sound(container.streams.audio[0], packets, 0, 3)
    assert rate == 16000 and np.array_equal(late, whole[20000:36000])


@pytest.mark.parametrize('suffix', ['mp4', 'mkv'])
def test_a_file_cut_off_is_bad(tmp_path, suffix):
    """Its header, which comes first, tells how long it was."""
    path = media.write_video(tmp_path / f'a.{suffix}', seconds=6,
                             container_options={'movflags': 'faststart'} if suffix == 'mp4' else {})
    path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])
    with pytest.raises(BadMedia, match='cut off: it declares 6.0 s'):
        load(path, 6)


@pytest.mark.parametrize('n', [2, 4])
def test_several_frames_a_segment(tmp_path, n):
    frames = load(media.write_video(tmp_path / 'a.mp4'), frames_per_segment=n)['frames']
    assert shown(frames) == [int((i + 0.5) * 8 / n) for i in range(3 * n)]


def test_short_clip_keeps_its_last_frame_and_falls_silent(tmp_path):
    clip = load(media.write_video(tmp_path / 'a.mp4', seconds=1.5), 4)
    assert shown(clip['frames']) == [4, 11, 11, 11]
    waveform = clip['waveform']
    assert waveform.shape == (64000,) and abs(waveform[:23000]).max() > 0.4 and abs(waveform[26000:]).max() == 0


def test_a_clock_that_starts_late(tmp_path):
    """As that of most transport streams, at 1.4 s."""
    path = media.write_video(tmp_path / 'a.ts', fps=7, container_options={'output_ts_offset': '1.4'})
    with av.open(str(path)) as container:
        assert container.start_time > 1e6
    clip = load(path)
    assert shown(clip['frames']) == [3, 10, 17] and abs(clip['waveform'][1000:2000]).max() > 0.4


def test_long_clip_is_cut(tmp_path):
    clip = load(media.write_video(tmp_path / 'a.mp4', seconds=3), 2)
    assert shown(clip['frames']) == [4, 12]
    assert clip['waveform'].shape == (32000,) and abs(clip['waveform'][-100:]).max() > 0.4


@pytest.mark.parametrize('codec, suffix, rate, layout', [('aac', 'mp4', 44100, 'stereo'), ('aac', 'mp4', 48000, 'mono'),
                                                         ('libmp3lame', 'mp4', 22050, 'stereo'),
                                                         ('libmp3lame', 'mp4', 16000, 'mono'),
                                                         ('pcm_s16le', 'wav', 16000, 'stereo'),
                                                         ('pcm_u8', 'wav', 48000, 'mono'),
                                                         ('pcm_f32le', 'wav', 44100, 'stereo'),
                                                         ('libmp3lame', 'mp3', 44100, 'mono')])
def test_sound_of_every_kind_becomes_the_same_tone(tmp_path, codec, suffix, rate, layout):
    video = media.write_video(tmp_path / 'v.mp4', sound=codec if suffix == 'mp4' else None, sample_rate=rate,
                              layout=layout)
    sound = video if suffix == 'mp4' else media.write_sound(tmp_path / f's.{suffix}', 3, rate, codec, layout)
    waveform = load(video, audio=sound)['waveform']
    assert waveform.dtype == np.float32 and waveform.shape == (48000,)
    spectrum = np.abs(np.fft.rfft(waveform[8000:40000]))
    assert abs(spectrum.argmax() / 2 - media.TONE) <= 1
    encoded = 0.95 if codec == 'libmp3lame' else 1  # LAME leaves headroom
    assert np.sqrt((waveform[8000:40000]**2).mean()) == pytest.approx(encoded * 0.5 / np.sqrt(2), rel=0.02)


def test_channels_are_averaged(tmp_path):
    path = tmp_path / 'a.wav'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('pcm_s16le', rate=16000, layout='stereo')
        samples = np.stack([np.full(16000, 8000), np.full(16000, -2000)]).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples.T.reshape(1, -1), format='s16', layout='stereo')
        frame.sample_rate = 16000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    video = media.write_video(tmp_path / 'v.mp4', sound=None)
    assert load(video, 1, audio=path)['waveform'] == pytest.approx(3000 / 32768, abs=1e-6)


def test_sound_starts_where_its_timestamps_say(tmp_path):
    """Half a second late in the container: half a second of silence first."""
    path = tmp_path / 'late.mkv'
    with av.open(str(path), 'w') as container:
        video = container.add_stream('libx264', rate=8)
        video.width = video.height = 32
        video.pix_fmt = 'yuv420p'
        audio = container.add_stream('pcm_s16le', rate=16000, layout='mono')
        for k in range(16):
            container.mux(video.encode(av.VideoFrame.from_ndarray(np.full((32, 32, 3), 100, np.uint8), format='rgb24')))
        container.mux(video.encode(None))
        for k in range(15):
            frame = av.AudioFrame.from_ndarray(np.full((1, 1600), 16384, np.int16), format='s16', layout='mono')
            frame.sample_rate, frame.pts, frame.time_base = 16000, 8000 + 1600 * k, Fraction(1, 16000)
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    waveform = load(path, 2)['waveform']
    assert abs(waveform[:7950]).max() == 0 and waveform[8050:] == pytest.approx(0.5, abs=1e-4)


def test_silent_track_is_fine_but_no_track_is_not(tmp_path):
    assert abs(load(media.write_video(tmp_path / 'quiet.mp4', amplitude=0))['waveform']).max() < 1e-4
    mute = media.write_video(tmp_path / 'mute.mp4', sound=None)
    with pytest.raises(BadMedia, match=r'mute\.mp4.*no sound track'):
        load(mute)
    assert not load(mute, no_sound='silence')['waveform'].any()
    with pytest.raises(BadMedia, match='no sound track'):
        load(mute, audio=media.write_video(tmp_path / 'mute2.mp4', sound=None), no_sound='silence')
    with pytest.raises(ValueError, match='no_sound'):
        LoadClip(no_sound='zeros')


def test_least_length(tmp_path):
    path = media.write_video(tmp_path / 'a.mp4', seconds=1.5)
    with pytest.raises(BadMedia, match='only 1.5'):
        load(path, min_seconds=2)


def test_damage_inside_is_bad_or_concealed_never_another_error(tmp_path):
    path = media.write_video(tmp_path / 'a.mp4', fps=25, size=64)
    data = path.read_bytes()
    outcomes = set()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        broken = np.frombuffer(data, np.uint8).copy()
        broken[rng.integers(0, len(data), 40)] = rng.integers(0, 256, 40)
        path.write_bytes(broken.tobytes())
        try:
            clip = load(path)
            assert clip['frames'].shape[0] == 3 and np.isfinite(clip['waveform']).all()
            outcomes.add('concealed')
        except BadMedia as problem:
            assert str(path) in str(problem)
            outcomes.add('bad')
    assert 'bad' in outcomes


REAL = [
    'ave/AVE/-67UNKFmRLk.mp4', 'ave/AVE/-en7GAdXAQk.mp4', 'llp/LLP_dataset/video/BjCEufrlXm4.mp4',
    'llp/LLP_dataset/video/6aV6c8mY0lg.mp4', 'media/00Ag326f4gs_000005.mp4', 'media/009GwYB4Z7k_000030.mp4',
    'avsbench/Single-source/s4_data/raw_videos/train/dog_barking/_p04SYXuBSQ.mp4'
]


@pytest.mark.parametrize('name', REAL)
def test_real_clip_equals_a_full_decode(shared_dir, name):
    """Edit list, 7.3 to 30 frames a second, mono and stereo, AAC and mp3."""
    path = shared_dir / 'data' / name
    seconds = 5 if 'avsbench' in name else 10
    clip = load(path, seconds)
    assert (clip['frames'] == full_decode(path, np.arange(seconds) + 0.5)).all()
    assert clip['waveform'].shape == (16000 * seconds,)
    assert clip['waveform'].std() > 1e-3 and abs(clip['waveform']).max() <= 1

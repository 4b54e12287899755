"""Feature files of a few small videos, with a tiny CLIP of random weights."""
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import time

import numpy as np
import pytest
import torch

from avreg.apis import EncoderOptions, build_feature_encoder, compare_features, extract_features, find_videos
from avreg.datasets.feature_layouts import LAYOUTS, get_layout
from avreg.datasets.transforms import LoadClip
from avreg.errors import ConfigError
from avreg.passport import read_passport
from tests.datasets import media
from tests.datasets.broken_media import write_broken
from tests.models import tiny_clip


@pytest.fixture(scope='module')
def download(tmp_path_factory):
    folder = tmp_path_factory.mktemp('weights') / 'tiny'
    return folder, tiny_clip.make_clip(folder)


@pytest.fixture(scope='module')
def clip(download):
    return build_feature_encoder(EncoderOptions('clip', str(download[0])))


@pytest.fixture(scope='module')
def own_audio(repo):
    return build_feature_encoder(EncoderOptions(str(repo / 'tests/configs/tiny.py'), random_weights=True, backbone='audio'))


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    """Six, of other lengths, sizes, rates and containers."""
    folder = tmp_path_factory.mktemp('videos')
    for k, (suffix, codec, sound, rate) in enumerate([
            ('mp4', 'libx264', 'aac', 44100), ('mkv', 'libx264', 'aac', 8000), ('webm', 'libvpx-vp9', 'libopus', 48000),
            ('avi', 'mpeg4', 'libmp3lame', 16000), ('mov', 'libx264', 'pcm_s16le', 96000), ('mp4', 'libx264', 'aac', 22050)]):
        media.write_video(folder / f'video_{k:05d}.{suffix}', seconds=2 + k, size=32 + 2 * k, codec=codec, sound=sound, sample_rate=rate)
    (folder / 'readme.md').write_text('no video')
    return folder


def content(folder):
    """Every file below a folder, except the report."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob('*') if file.is_file() and file.suffix != '.jsonl'}


def extract(videos, encoder, out, layout='plain', **kwargs):
    return extract_features(find_videos([videos], encoder.modality), encoder, get_layout(layout), out, **kwargs)


@pytest.fixture(scope='module')
def whole(clip, videos, tmp_path_factory):
    out = tmp_path_factory.mktemp('whole')
    result = extract(videos, clip, out, batch_size=3)
    assert len(result.done) == 6 and not result.failed
    return out


def test_rows_are_what_clip_itself_makes_of_the_frames(download, clip, videos, whole):
    found = np.load(whole / 'clip_tiny/video_00000.npy')
    assert found.shape == (2, tiny_clip.PROJECTED) and found.dtype == np.float32
    # Its size is CLIP's, so nothing is resized.
    path = str(videos / 'video_00000.mp4')
    frames = torch.from_numpy(LoadClip()(dict(video_path=path, audio_path=path, num_segments=2))['frames']).permute(0, 3, 1, 2) / 255
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)))
    with torch.no_grad():
        expected = download[1].get_image_features(pixel_values=(frames - mean) / std).pooler_output
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert [len(np.load(whole / f'clip_tiny/video_{k:05d}.npy')) for k in range(6)] == [2, 3, 4, 5, 6, 7]


def test_the_passport_says_how(whole, clip):
    passport = read_passport(whole / 'clip_tiny')
    assert passport['encoder'] == 'clip' and passport['checkpoint'] == 'tiny'
    assert passport['weights_sha256'] == clip.describe()['weights_sha256'] and passport['random_weights'] is False
    assert (passport['step'], passport['frames_per_second'], passport['image_size']) == (1.0, 1.0, [32, 32]) and passport['avreg']


def test_neither_workers_nor_shards_nor_other_videos_change_a_byte(clip, videos, whole, tmp_path):
    for shard in range(2):
        result = extract(videos, clip, tmp_path / 'a', batch_size=3, workers=2, shard=(shard, 2))
        assert len(result.done) == 3
    assert content(tmp_path / 'a') == content(whole)
    one = [videos / 'video_00004.mov']
    extract_features(one, clip, get_layout('plain'), tmp_path / 'b', batch_size=3)
    name = 'clip_tiny/video_00004.npy'
    assert content(tmp_path / 'b')[name] == content(whole)[name]


class Slow:
    """An encoder that takes its time."""

    def __init__(self, encoder):
        self._encoder = encoder

    def __getattr__(self, name):
        return getattr(self._encoder, name)

    def encode(self, segments):
        time.sleep(0.03)
        return self._encoder.encode(segments)


def _extract_slowly(encoder, videos, out):
    torch.set_num_threads(1)
    extract(videos, Slow(encoder), out, batch_size=3, workers=2)


def test_killed_again_and_again_the_files_are_the_same_to_the_last_byte(clip, videos, whole, tmp_path):
    draw = random.Random(0)
    killed = 0
    for _ in range(4):
        process = multiprocessing.get_context('fork').Process(target=_extract_slowly, args=(clip, videos, tmp_path))
        process.start()
        process.join(draw.uniform(0.08, 0.25))
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.join()
        there = content(tmp_path)
        assert all(there[name] == content(whole)[name] for name in there if not name.endswith('.tmp'))
    assert killed >= 3
    # As a kill in the middle of a file leaves it.
    (tmp_path / 'clip_tiny').mkdir(exist_ok=True)
    (tmp_path / 'clip_tiny/.video_00005.npy.4711.tmp').write_bytes(b'half')
    (tmp_path / 'clip_tiny/video_00005.npy').unlink(missing_ok=True)
    result = extract(videos, clip, tmp_path, batch_size=3)
    assert content(tmp_path) == content(whole) and len(result.done) + len(result.kept) == 6
    rows = [json.loads(line) for line in result.report.read_text().splitlines()]
    assert sorted(row['status'] for row in rows) == sorted(['done'] * len(result.done) + ['kept'] * len(result.kept))


def test_a_folder_of_broken_files_is_processed_to_its_end_and_each_is_named(clip, own_audio, videos, tmp_path):
    broken = write_broken(tmp_path / 'videos')
    shutil.copytree(videos, tmp_path / 'videos/good')
    shutil.copyfile(videos / 'video_00000.mp4', tmp_path / 'videos/video_00001.mov')
    assert len(broken) >= 20
    seen = extract(tmp_path / 'videos', clip, tmp_path / 'out', workers=2)
    assert sorted(seen.done) == [f'video_{k:05d}' for k in range(6)]
    names = {path.rsplit('/', 1)[1]: reason for path, reason in seen.failed.items()}
    assert names.keys() == {*broken, 'video_00001.mov'} and 'has the same id as' in names.pop('video_00001.mov')
    wrong = {name: reason for name, reason in names.items() if not re.search(broken[name], reason) or name not in reason}
    assert not wrong
    rows = [json.loads(line) for line in seen.report.read_text().splitlines()]
    assert {row['video']: row['reason'] for row in rows if row['status'] == 'failed'} == seen.failed
    assert not [file for file in content(tmp_path / 'out') if file.endswith('.tmp')]
    heard = extract(tmp_path / 'videos', own_audio, tmp_path / 'out')
    # Their sound is whole.
    assert {'sound_alone', 'song', 'codec_unknown', 'wild_clock'} == set(heard.done) - set(seen.done)
    assert 'no sound track' in heard.failed[str(tmp_path / 'videos/picture.mp4')] and len(heard.failed) == len(broken) - 4 + 1


def test_official_layouts(clip, own_audio, download, videos, tmp_path):
    tokens = build_feature_encoder(EncoderOptions('clip_tokens', str(download[0]), num_tokens=9))
    names = [('video_00003', 'abcdefghij-'), ('video_00004', '_bcdefghijk_30_40')]
    for old, new in names:
        shutil.copyfile(next(videos.glob(f'{old}.*')), tmp_path / f'{new}.mp4')
    for encoder, layout, name, shape in (
            (clip, 'music_avqa', 'clip_feats/frame_1fps_tiny/abcdefghij-.npy', (5, tiny_clip.PROJECTED)),
            (tokens, 'tspm', 'ToMe_feat/tome9/abcdefghij-.npy', (5, 9, tiny_clip.VISUAL)),
            (own_audio, 'llp', 'feats/tiny_audio/_bcdefghijk.npy', (10, 16)),
            (clip, 'ave', 'clip_tiny/abcdefghij-.npy', (10, tiny_clip.PROJECTED)),
            (clip, 'unav100', 'av_features/_bcdefghijk_30_40_clip.npy', (16, tiny_clip.PROJECTED)),
            (own_audio, 'unav100', 'av_features/_bcdefghijk_30_40_tiny_audio.npy', (16, 16))):
        result = extract(tmp_path, encoder, tmp_path / layout, layout)
        assert not result.failed and np.load(tmp_path / layout / name).shape == shape
    assert all((tmp_path / f'unav100/av_features/passport_{label}.json').exists() for label in ('clip', 'tiny_audio'))
    assert LAYOUTS['music_avqa'].pattern('vggish', 'vggish') == 'vggish/{id}.npy'
    assert LAYOUTS['llp'].pattern('vggish', 'vggish') == 'feats/vggish/{id}.npy'
    assert LAYOUTS['unav100'].pattern('vggish', 'vggish') == 'av_features/{id}_vggish.npy'
    shutil.copyfile(tmp_path / 'abcdefghij-.mp4', tmp_path / 'short.mp4')
    assert 'no id of llp' in extract(tmp_path, clip, tmp_path / 'other', 'llp').failed[str(tmp_path / 'short.mp4')]


def test_features_of_another_kind_are_not_added(clip, videos, whole, tmp_path):
    shutil.copytree(whole, tmp_path / 'a')
    before = content(tmp_path / 'a')
    with pytest.raises(ConfigError, match='are not mixed:\n  batch_size: 3 and 4'):
        extract(videos, clip, tmp_path / 'a', batch_size=4)
    (tmp_path / 'a/clip_tiny/passport.json').unlink()
    with pytest.raises(ConfigError, match='without a passport'):
        extract(videos, clip, tmp_path / 'a', batch_size=3)
    del before['clip_tiny/passport.json']
    assert content(tmp_path / 'a') == before


def test_lists_of_videos(videos, tmp_path):
    (videos / 'list.txt').write_text('# two\nvideo_00001.mkv\n\nvideo_00000.mp4\ngone.mp4\n')
    assert [path.name for path in find_videos([videos / 'list.txt'])] == ['video_00001.mkv', 'video_00000.mp4', 'gone.mp4']
    with pytest.raises(FileNotFoundError, match='nowhere does not exist'):
        find_videos([tmp_path / 'nowhere'])
    with pytest.raises(FileNotFoundError, match='no video in'):
        find_videos([tmp_path])


@pytest.mark.parametrize('options, message', [
    (dict(encoder='vgish', random_weights=True), "no encoder 'vgish'; did you mean 'vggish'"),
    (dict(encoder='vggish'), 'has no weights: give its --checkpoint'),
    (dict(encoder='vggish', checkpoint='x', random_weights=True), 'exclude each other'),
    (dict(encoder='vggish', variant='b0', random_weights=True), "--variant means nothing to the encoder 'vggish'"),
    (dict(encoder='clip', random_weights=True), 'needs a --variant: ViT-B/32'),
    (dict(encoder='pvt_v2', random_weights=True), 'needs a --variant: b0'),
    (dict(encoder='tests/configs/tiny.py', random_weights=True, backbone='audoi'), "has the backbones .* did you mean 'audio'"),
    (dict(encoder='tests/configs/tiny.py', random_weights=True, backbone='text'), "reads 'text'"),
    (dict(encoder='tests/configs/tiny.py', random_weights=True, feature='patch'), "gives no features 'patch'; did you mean 'patches'")])
def test_what_cannot_be_is_told(options, message, monkeypatch, repo):
    monkeypatch.chdir(repo)
    with pytest.raises(ConfigError, match=message):
        build_feature_encoder(EncoderOptions(**options))


def test_random_weights_are_the_same_after_a_restart():
    a, b = (build_feature_encoder(EncoderOptions('pvt_v2', random_weights=True, variant='b0', image_size=32)) for _ in range(2))
    assert a.describe() == b.describe() and a.describe()['random_weights']
    rows = a.encode(np.random.default_rng(0).integers(0, 255, (3, 32, 32, 3), np.uint8))
    assert rows.shape == (3, 256)


def test_comparison_of_two_folders(whole, tmp_path):
    shutil.copytree(whole / 'clip_tiny', tmp_path / 'b')
    a, b = whole / 'clip_tiny', tmp_path / 'b'
    assert compare_features(a, b).passport == [] and all((file.cosine > 1 - 1e-12).all() for file in compare_features(a, b).files)
    rows = np.load(b / 'video_00003.npy')
    rows[2] *= -1
    np.save(b / 'video_00003.npy', rows[:4])
    np.save(b / 'video_00004.npy', np.zeros((6, 3)))
    (b / 'video_00005.npy').write_bytes(b'')
    (b / 'video_00000.npy').rename(b / 'other.npy')
    passport = json.loads((b / 'passport.json').read_text())
    (b / 'passport.json').write_text(json.dumps(passport | dict(weights_sha256='0')))
    found = compare_features(a, b)
    assert (found.only_a, found.only_b) == (['video_00000.npy'], ['other.npy']) and found.passport[0].startswith('weights_sha256: ')
    assert found.worst(1) == [('video_00003.npy', 2, pytest.approx(-1))] and found.compared[-1].lengths == (5, 4)
    problems = {file.name: file.problem for file in found.files if file.problem}
    assert problems.keys() == {'video_00004.npy', 'video_00005.npy'} and '(16,) and (3,)' in problems['video_00004.npy']
    silent = compare_features(*(_save(tmp_path / name, rows) for name, rows in (('x.npy', [[0, 0], [1, 0]]), ('y.npy', [[0, 0], [0, 0]]))))
    assert silent.files[0].cosine.tolist() == [1, 0]


def _save(path, rows):
    np.save(path, np.array(rows, np.float32))
    return path

import multiprocessing
import os
import time

import numpy as np
import pytest
import torch
from mmcv.transforms import BaseTransform
from torch.utils.data import DataLoader

from avreg.datasets import AVE, BadMedia
from avreg.datasets.transforms import Cached, LoadClip, LogMel

STEPS = [dict(type='LoadClip'), dict(type='LogMel'), dict(type='Resize', size=16)]


class Slow(BaseTransform):
    """Makes an array, slowly, and notes that it did."""

    def __init__(self, note: str, seconds: float = 0.3, value: float = 1.0):
        self.note, self.seconds, self.value = note, seconds, value

    def transform(self, results):
        time.sleep(self.seconds)
        with open(self.note, 'a') as file:
            file.write('x')
        results['frames'] = np.full((50, 50), self.value)
        return results


def sample(path):
    return dict(video_path=str(path), audio_path=str(path), num_segments=3)


def entries(folder):
    return sorted(p for p in folder.rglob('*') if p.is_file())


def equal(a, b):
    return all(np.array_equal(a[key], b[key]) for key in ('frames', 'log_mel'))


def test_second_time_it_reads(tmp_path, clip, monkeypatch):
    cached = Cached(STEPS, str(tmp_path))
    first = cached(sample(clip))
    monkeypatch.setattr(LoadClip, 'transform', lambda *_: pytest.fail('decoded again'))
    second = Cached(STEPS, str(tmp_path))(sample(clip))
    assert equal(first, second) and set(first) == set(second) and 'waveform' not in first
    assert second['frames'].flags.writeable and len(entries(tmp_path)) == 1


def test_equals_the_transforms_alone(tmp_path, clip):
    plain = LogMel()(LoadClip()(sample(clip)))
    cached = Cached(STEPS[:2], str(tmp_path), keys=('frames', 'log_mel', 'waveform'))
    for found in (cached(sample(clip)), cached(sample(clip))):
        assert equal(plain, found) and np.array_equal(plain['waveform'], found['waveform'])


def test_entry_changes_with_file_length_and_recipe(tmp_path, clip):
    path = tmp_path / 'a.mp4'
    path.write_bytes(clip.read_bytes())
    folder = str(tmp_path / 'cache')
    base = Cached(STEPS, folder).entry(sample(path))
    changed = [
        Cached([*STEPS[:2], dict(type='Resize', size=24)], folder).entry(sample(path)),
        Cached(STEPS, folder, ('frames', )).entry(sample(path)),
        Cached(STEPS, folder).entry({**sample(path), 'num_segments': 4}),
        Cached(STEPS, folder).entry({**sample(path), 'flexible_length': True}),
        Cached(STEPS, folder).entry(sample(clip))
    ]
    os.utime(path, ns=(1, 1))
    changed.append(Cached(STEPS, folder).entry(sample(path)))
    path.write_bytes(clip.read_bytes() + b'x')
    changed.append(Cached(STEPS, folder).entry(sample(path)))
    assert base not in changed and len(set(changed)) == len(changed)
    assert Cached(STEPS, folder).entry(sample(path)) == Cached([dict(s) for s in STEPS], folder).entry(sample(path))


@pytest.mark.parametrize('damage', ['empty', 'cut', 'flip', 'text', 'other'])
def test_damaged_entry_is_made_again(tmp_path, clip, damage):
    first = Cached(STEPS, str(tmp_path))(sample(clip))
    entry, = entries(tmp_path)
    data = bytearray(entry.read_bytes())
    if damage == 'empty':
        entry.write_bytes(b'')
    elif damage == 'cut':
        entry.write_bytes(data[:len(data) // 2])
    elif damage == 'flip':
        data[len(data) // 2] ^= 255
        entry.write_bytes(data)
    elif damage == 'text':
        entry.write_text('not an entry')
    else:
        np.savez(open(entry, 'wb'), something=np.ones(3))
    assert equal(Cached(STEPS, str(tmp_path))(sample(clip)), first)
    with np.load(entry) as file:
        assert np.array_equal(file['frames'], first['frames'])


def test_the_same_clip_in_a_row_is_read_once(tmp_path, clip):
    cached = Cached(STEPS, str(tmp_path))
    first = cached(sample(clip))
    entry, = entries(tmp_path)
    entry.unlink()
    assert equal(cached(sample(clip)), first) and not entries(tmp_path)


def _run(folder, note, clip, barrier, queue):
    cached = Cached([dict(type=Slow, note=note)], folder, keys=('frames',))
    barrier.wait(20)
    queue.put(float(cached(sample(clip))['frames'].sum()))


def test_two_processes_race_for_an_entry(tmp_path, clip):
    context = multiprocessing.get_context('fork')
    barrier, queue = context.Barrier(2), context.Queue()
    arguments = (str(tmp_path / 'cache'), str(tmp_path / 'note'), clip, barrier, queue)
    processes = [context.Process(target=_run, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    found = [queue.get(timeout=30) for _ in processes]
    for process in processes:
        process.join(20)
        assert process.exitcode == 0
    assert found == [2500.0, 2500.0]
    assert (tmp_path / 'note').read_text() == 'xx'  # both really made it
    entry, = entries(tmp_path / 'cache')
    assert np.load(entry)['frames'].shape == (50, 50)


def test_failed_write_leaves_nothing(tmp_path, clip, monkeypatch):
    def fail(file, **arrays):
        file.write(b'half')
        raise OSError('disk full')
    monkeypatch.setattr(np, 'savez', fail)
    with pytest.raises(OSError, match='disk full'):
        Cached(STEPS, str(tmp_path))(sample(clip))
    assert entries(tmp_path) == []


def test_workers_share_the_folder(ave_root, tmp_path):
    pipeline = [
        dict(type='Cached', transforms=STEPS, folder=str(tmp_path / 'cache')),
        dict(type='RandomFlip'),
        dict(type='PackAVInputs')
    ]
    dataset = AVE(str(ave_root), 'train', pipeline)
    runs = [list(DataLoader(dataset, batch_size=2, num_workers=n, collate_fn=list)) for n in (2, 0)]
    for a, b in zip(*runs):
        for x, y in zip(a, b):
            for key in ('audio', 'visual'):
                assert torch.equal(x['inputs'][key], y['inputs'][key])
    assert len(entries(tmp_path / 'cache')) == 6


def test_bad_media_leave_no_entry(tmp_path):
    (tmp_path / 'a.mp4').write_bytes(b'nothing')
    cached = Cached(STEPS, str(tmp_path / 'cache'))
    with pytest.raises(BadMedia, match=r'a\.mp4'):
        cached(sample(tmp_path / 'a.mp4'))
    with pytest.raises(BadMedia, match='no such file'):
        cached(sample(tmp_path / 'b.mp4'))
    assert not (tmp_path / 'cache').exists()


def test_bad_configs(tmp_path, clip):
    with pytest.raises(ValueError, match='configs'):
        Cached([LoadClip()], str(tmp_path))
    with pytest.raises(ValueError, match=r"'log_mel'.*\['frames', 'waveform'\]"):
        Cached(STEPS[:1], str(tmp_path))(sample(clip))
    with pytest.raises(ValueError, match='apart'):
        Cached([dict(type='LoadClip', sample_rate=object())], str(tmp_path))

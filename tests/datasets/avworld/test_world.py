"""Building: whole or not at all, the same whoever builds, and never over something else."""
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from avreg.datasets.avworld import world
from avreg.datasets.avworld.world import MARKER_FILE, PLAN_FILE, AVWorldBuilder
from avreg.datasets.avworld.writer import VideoWriter
from avreg.registry import TASK_UTILS

from .conftest import PIXEL_TINY, TINY

SMALL = dict(benchmarks=['llp'], sizes=dict(llp=dict(train=3, val=1, test=1)))


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob('*')) if path.is_file()}


def test_workers_do_not_change_a_byte(builder, tmp_path):
    other = AVWorldBuilder(tmp_path / 'two', seed=7, sizes=TINY, workers=2)
    assert contents(other.build()) == contents(builder.root)


def test_workers_do_not_change_a_byte_of_frames_and_masks(pixel_builder, tmp_path):
    other = AVWorldBuilder(tmp_path / 'two', seed=7, benchmarks=list(PIXEL_TINY), sizes=PIXEL_TINY, workers=2)
    assert contents(other.build()) == contents(pixel_builder.root)


def test_a_whole_world_is_left_alone(builder, monkeypatch):
    monkeypatch.setattr(VideoWriter, 'write_media', lambda *_: pytest.fail('rendered again'))
    before = {path: path.stat().st_mtime_ns for path in builder.root.rglob('*')}
    assert AVWorldBuilder(builder.root, seed=7, sizes=TINY).build() == builder.root
    assert {path: path.stat().st_mtime_ns for path in builder.root.rglob('*')} == before


def test_splits_and_seeds_share_no_id_and_no_scene():
    ids, seeds, total = set(), set(), 0
    for seed in (0, 1):
        builder = AVWorldBuilder('nowhere', seed=seed, benchmarks=list(world.WRITERS),
                                 sizes={name: dict(train=150) for name in world.WRITERS})
        for name in world.WRITERS:
            for clips in builder.clips(name).values():
                ids |= {(name, clip.clip_id) for clip in clips}
                seeds |= {(name, clip.scene) for clip in clips}
                total += len(clips)
    assert len(ids) == len(seeds) == total


def test_a_build_that_stops_goes_on_where_it_stopped(tmp_path, monkeypatch):
    builder = AVWorldBuilder(tmp_path / 'world', seed=1, workers=1, **SMALL)
    real, written = VideoWriter.write_media, []

    def write_two(writer, clip, folder):
        if len(written) == 2:
            # As a kill in the middle of a file leaves it: half a clip, under its temporary name.
            path = folder / clip.files[0]
            path.with_name(f'.{path.name}.99999.tmp').write_bytes(b'half')
            raise KeyboardInterrupt
        written.append(clip)
        real(writer, clip, folder)

    monkeypatch.setattr(VideoWriter, 'write_media', write_two)
    with pytest.raises(KeyboardInterrupt):
        builder.build()
    assert not builder.complete
    assert (builder.root / PLAN_FILE).is_file() and not (builder.root / MARKER_FILE).exists()

    again = []
    monkeypatch.setattr(VideoWriter, 'write_media', lambda self, clip, folder: (again.append(clip), real(self, clip, folder)))
    builder.build()
    assert builder.complete and not (builder.root / PLAN_FILE).exists()
    assert len(again) == 3 and not set(again) & set(written)
    monkeypatch.undo()
    assert contents(builder.root) == contents(AVWorldBuilder(tmp_path / 'straight', seed=1, workers=1, **SMALL).build())


def test_a_clip_of_many_files_that_lacks_one_is_written_again(pixel_builder, tmp_path, monkeypatch):
    """Stop before the marker, lose files of three benchmarks, go on."""
    builder = AVWorldBuilder(tmp_path / 'world', seed=7, benchmarks=list(PIXEL_TINY), sizes=PIXEL_TINY, workers=1)
    with monkeypatch.context() as patch:
        patch.setattr(type(world.WRITERS['vggss']), 'write_labels', lambda *_: pytest.fail('stop'))
        with pytest.raises(pytest.fail.Exception, match='stop'):
            builder.build()
    assert not builder.complete
    for name, file in (('vggss', -1), ('avs_ms3', 2), ('avss', 7)):
        clip = builder.clips(name)['test'][0]
        (builder.folder(name) / clip.files[file]).unlink()
    builder.build()
    assert contents(builder.root) == contents(pixel_builder.root)


def test_a_killed_build_is_not_a_world(tmp_path):
    root = tmp_path / 'world'
    code = (f'from avreg.datasets.avworld.world import AVWorldBuilder\n'
            f'AVWorldBuilder({str(root)!r}, benchmarks=["ave"], workers=1).build()')
    process = subprocess.Popen([sys.executable, '-c', code], stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[3])
    deadline = time.time() + 60
    while len(list(root.glob('ave/AVE/*.mp4'))) < 2 and time.time() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert list(root.glob('ave/AVE/*.mp4'))
    assert not AVWorldBuilder(root, benchmarks=['ave']).complete
    assert not list(root.glob('ave/*.txt'))


def test_files_lost_since_are_made_again(builder, tmp_path):
    root = tmp_path / 'world'
    made = AVWorldBuilder(root, seed=7, sizes=TINY, workers=1)
    made.build()
    next(root.glob('llp/video/*.mp4')).unlink()
    shutil.rmtree(root / 'ave')
    assert not made.complete
    made.build()
    assert made.complete and contents(root) == contents(builder.root)


def test_two_builds_at_once(tmp_path):
    """One works, the other waits: neither takes what the other is writing for a leftover."""
    root = tmp_path / 'world'
    code = f'from avreg.datasets.avworld.world import AVWorldBuilder\nAVWorldBuilder({str(root)!r}, seed=1, workers=1, **{SMALL!r}).build()'
    processes = [subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                  cwd=Path(__file__).parents[3]) for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert contents(root) == contents(AVWorldBuilder(tmp_path / 'straight', seed=1, workers=1, **SMALL).build())
    assert sum('being made by another process' in text for text in said) <= 1


def test_a_killed_worker_is_told_of(tmp_path):
    root = tmp_path / 'world'

    def kill():
        while not list(root.rglob('*.mp4')):
            time.sleep(0.005)
        multiprocessing.active_children()[0].kill()

    builder = AVWorldBuilder(root, seed=1, workers=2, benchmarks=['llp'], sizes=dict(llp=dict(train=40, val=1, test=1)))
    threading.Thread(target=kill, daemon=True).start()
    with pytest.raises(ChildProcessError, match='was killed .out of memory.*goes on where it stopped'):
        builder.build()
    assert not builder.complete


def test_another_world_in_the_folder_is_an_error(builder):
    with pytest.raises(ValueError, match=r'seed is 7 there and 8 here.*other root, or delete'):
        AVWorldBuilder(builder.root, seed=8, sizes=TINY).build()
    with pytest.raises(ValueError, match=r'sizes.ave.train is 4 there and 500 here'):
        AVWorldBuilder(builder.root, seed=7).build()


def test_a_world_grows_by_the_benchmarks_that_it_lacks(builder, tmp_path, monkeypatch):
    root = tmp_path / 'world'
    parts = [dict(benchmarks=names, sizes={name: TINY[name] for name in names}) for names in (['llp'], ['ave', 'music_avqa'])]
    AVWorldBuilder(root, seed=7, workers=1, **parts[0]).build()
    second = AVWorldBuilder(root, seed=7, workers=1, **parts[1])
    assert not second.complete
    monkeypatch.setattr(world.WRITERS['llp'], 'write_labels', lambda *_: pytest.fail('written again'))
    second.build()
    # All at once or one after the other: the same world, which is also a world of each part.
    assert contents(root) == contents(builder.root)
    assert all(AVWorldBuilder(root, seed=7, **part).complete for part in parts)
    with pytest.raises(ValueError, match='sizes.llp.train is 4 there and 500 here'):
        AVWorldBuilder(root, seed=7, benchmarks=['llp', 'vggss']).build()


def test_an_unfinished_other_world_is_an_error(tmp_path):
    root = tmp_path / 'world'
    root.mkdir()
    (root / PLAN_FILE).write_text(json.dumps(AVWorldBuilder(root, seed=2, **SMALL).arguments))
    with pytest.raises(ValueError, match='unfinished AVWorld.*seed is 2 there and 3 here'):
        AVWorldBuilder(root, seed=3, **SMALL).build()


def test_files_of_somebody_else_are_left_alone(tmp_path):
    (tmp_path / 'Annotations.txt').write_text('mine')
    with pytest.raises(ValueError, match='not an AVWorld'):
        AVWorldBuilder(tmp_path).build()
    assert contents(tmp_path) == {'Annotations.txt': b'mine'}


@pytest.mark.parametrize('arguments, message', [
    (dict(seed=-1), 'seed=-1.*0 to 9999'),
    (dict(seed=True), 'seed=True'),
    (dict(benchmarks='ave'), 'a list of names'),
    (dict(benchmarks=['music-avqa']), "did you mean 'music_avqa'"),
    (dict(sizes=dict(ava=dict(train=1))), "did you mean 'ave'"),
    (dict(sizes=dict(ave=dict(trian=1))), "did you mean 'train'"),
    (dict(sizes=dict(ave=dict(train=0))), r"sizes\['ave'\]\['train'\]=0"),
    (dict(sizes=dict(ave=dict(test=99999))), '1 to 2000'),
    (dict(workers=0), 'workers=0'),
    (dict(benchmarks=['avss', 'avs_s4']), "avss contains the clips of avs_s4 and avs_ms3; add 'avs_ms3'"),
])
def test_a_wrong_argument_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        AVWorldBuilder('nowhere', **arguments)


def test_it_is_registered():
    assert TASK_UTILS.get('AVWorldBuilder') is AVWorldBuilder


def test_builder_is_found_by_its_name():
    from avreg.registry import TASK_UTILS
    assert TASK_UTILS.get('AVWorldBuilder') is AVWorldBuilder

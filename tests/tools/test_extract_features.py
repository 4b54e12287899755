"""tools/extract_features.py and tools/compare_features.py as a user runs them."""
import runpy
import sys

import numpy as np
import pytest

from tests.datasets import media
from tests.models import tiny_clip


def run_here(repo, monkeypatch, script, *arguments):
    """In this process, which has imported everything. Gives the exit status."""
    monkeypatch.setattr(sys, 'argv', [script, *map(str, arguments)])
    try:
        runpy.run_path(str(repo / script), run_name='__main__')
    except SystemExit as end:
        return end.code
    return 0


def test_extracts_names_what_failed_and_compares(tools, repo, tmp_path, monkeypatch, capsys):
    tiny_clip.make_clip(tmp_path / 'weights')
    videos = tmp_path / 'videos'
    videos.mkdir()
    for k in range(2):
        media.write_video(videos / f'clip_{k}.mp4', seconds=2 + k)
    (videos / 'empty.mp4').touch()
    arguments = (videos, '--encoder', 'clip', '--checkpoint', tmp_path / 'weights', '--out')
    done = tools.run('tools/extract_features.py', *arguments, tmp_path / 'a', '--workers', '2', check=False)
    assert done.returncode == 1 and 'Traceback' not in done.stderr and '2 videos done, 0 were there, 1 failed' in done.stdout
    assert f'{videos}/empty.mp4: cannot be decoded' in done.stdout.splitlines()[-1] and 'clip_1' not in done.stdout.splitlines()[-1]
    assert np.load(tmp_path / 'a/clip_weights/clip_1.npy').shape == (3, tiny_clip.PROJECTED)

    (videos / 'empty.mp4').unlink()
    for shard in ('0/2', '1/2'):
        assert run_here(repo, monkeypatch, 'tools/extract_features.py', *arguments, tmp_path / 'b', '--workers', '0', '--shard', shard) == 0
    assert run_here(repo, monkeypatch, 'tools/compare_features.py', tmp_path / 'a/clip_weights', tmp_path / 'b/clip_weights') == 0
    told = capsys.readouterr().out
    assert '5 segments of 2 files: mean cosine 1.000000' in told and 'passports: the same' in told and 'clip_1.npy' in told


@pytest.mark.parametrize('options, message', [
    (('--shard', '2/2'), r'shards are 0/n to n-1/n'), (('--layout', 'musicavqa'), "no layout 'musicavqa'; did you mean 'music_avqa'"),
    (('--workers', '-1'), '--workers -1')])
def test_mistakes_are_told(repo, tmp_path, monkeypatch, capsys, options, message):
    media.write_video(tmp_path / 'a.mp4', seconds=1)
    arguments = (tmp_path, '--encoder', 'pvt_v2', '--variant', 'b0', '--random-weights', '--out', tmp_path / 'out', *options)
    assert run_here(repo, monkeypatch, 'tools/extract_features.py', *arguments) == 2
    assert message in capsys.readouterr().err and not (tmp_path / 'out').exists()

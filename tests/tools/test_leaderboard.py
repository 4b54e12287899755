"""tools/leaderboard.py and tools/compare.py as a user runs them."""
import json
import shutil

import pytest


@pytest.fixture(scope='module')
def golden(repo):
    return repo / 'tests/data/metrics/ave'


def test_add_verify_build_compare(tools, golden, tmp_path):
    board, annotations, submission = tmp_path / 'board', golden / 'annotations', tmp_path / 'submission'
    shutil.copytree(golden / 'submission', submission)
    told = tools.run('tools/leaderboard.py', 'add', submission, '--annotations', annotations, '--board', board).stdout
    assert 'accuracy *' in told and 'written:' in told
    tools.run('tools/leaderboard.py', 'baseline', 'ave', 'silence', '--annotations', annotations, '--board', board, '--out', tmp_path / 'silence')
    told = tools.run('tools/leaderboard.py', 'verify', submission, '--annotations', annotations, '--board', board).stdout
    assert 'is what the submission gives' in told and '2 rows' in told
    tools.run('tools/leaderboard.py', 'build', '--board', board, '--out', tmp_path / 'site')
    assert {path.name for path in (tmp_path / 'site').iterdir()} == {'index.html', 'ave.html', 'board.css', 'board.js', 'leaderboards.md'}

    told = tools.run('tools/compare.py', tmp_path / 'silence', submission, '--annotations', annotations, '--out', tmp_path / 'c.json').stdout
    assert 'B is better in' in told and 'accuracy' in told
    result = json.loads((tmp_path / 'c.json').read_text())
    difference = result['differences']['accuracy']
    assert difference['low'] < difference['b'] - difference['a'] < difference['high'] and result['flips'][0]['b'] > result['flips'][0]['a']

    # One prediction is changed after the row was made.
    lines = (submission / 'predictions.jsonl').read_text().splitlines()
    first = json.loads(lines[0])
    first['segments'] = ['background'] * 9 + ['Cat']
    (submission / 'predictions.jsonl').write_text('\n'.join([json.dumps(first), *lines[1:]]) + '\n')
    done = tools.run('tools/leaderboard.py', 'verify', submission, '--annotations', annotations, '--board', board, check=False)
    assert done.returncode == 2 and 'is not what the submission gives' in done.stderr and 'Traceback' not in done.stderr


def test_a_bad_submission_leaves_no_row(tools, golden, tmp_path):
    submission = tmp_path / 'submission'
    shutil.copytree(golden / 'submission', submission)
    with open(submission / 'predictions.jsonl', 'a') as file:
        file.write('{"id": "nobody", "segments": []}\n')
    done = tools.run('tools/leaderboard.py', 'add', submission, '--annotations', golden / 'annotations', '--board', tmp_path / 'board', check=False)
    assert done.returncode == 2 and 'nobody' in done.stderr and not (tmp_path / 'board').exists()

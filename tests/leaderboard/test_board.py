"""The board: its rows, ranks and pages."""
import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest

from avreg.apis import KINDS, compare, evaluate_submission, score_row, write_baseline
from avreg.benchmarks import get_card
from avreg.leaderboard import SubmissionWriter, read_predictions
from avreg.leaderboard.board import (BASELINE, DEFAULT_BOARD, REPORTED, VERIFIED, Row, add_row, build_site, check_board, rank_rows,
                                     read_board)


def row(method='m', score=50.0, noise=1.0, seed=0, **fields) -> Row:
    """A scored row of ave whose resamples lie around ``score``; rows of one ``seed`` move together."""
    moves = noise * np.random.default_rng(seed).standard_normal(200)
    found = score + moves
    return Row(**{**dict(
        benchmark='ave', split='test', method=method, status=VERIFIED, scores={'accuracy': score}, intervals={'accuracy': (score - 2, score + 2)},
        resampled={'metric': 'accuracy', 'seed': 0, 'scores': found.clip(0, 100).tolist()}, coverage={'scored': 4, 'of': 4, 'ids': 64 * 'a'}, protocol='p',
        evaluator='avreg 0', annotations={'testSet.txt': 'abc'}, submission='def', date='2026-01-01'), **fields})


def reported(method='paper', **scores) -> Row:
    return Row('ave', 'test', method, REPORTED, scores or {'accuracy': 70.0}, {'source': {'paper': 'P', 'table': 'T'}})


def ranks(*rows) -> dict:
    return {standing.row.method: standing.rank for standing in rank_rows(rows)}


def test_rows_that_move_together_are_told_apart_and_others_are_not():
    assert ranks(row('a', 50.5), row('b', 50.0), row('c', 40.0)) == {'a': 1, 'b': 2, 'c': 3}
    assert ranks(row('a', 50.5, seed=1), row('b', 50.0, seed=2), row('c', 40.0)) == {'a': 1, 'b': 1, 'c': 3}


def test_reported_rows_stand_between_without_a_rank():
    standings = rank_rows([row('a', 60.0), reported('paper'), row('b', 80.0), reported('old', other=3.0)])
    assert [(standing.row.method, standing.rank) for standing in standings] == [('b', 1), ('paper', None), ('a', 2), ('old', None)]


def test_rows_of_other_resamples_are_not_ranked():
    other = row('b', resampled={'metric': 'accuracy', 'seed': 1, 'scores': [1.0] * 200})
    with pytest.raises(ValueError, match='different resamples'):
        rank_rows([row('a'), other])


def test_a_row_survives_its_file(tmp_path):
    path = add_row(tmp_path, row('Méthode: Ü/1', meta={'paper': 'https://example.org'}))
    assert path.parent == tmp_path / 'ave' and path.name.startswith('methode-u-1-') and len(path.read_text().splitlines()) < 50
    assert read_board(tmp_path) == {'ave': [row('Méthode: Ü/1', meta={'paper': 'https://example.org'})]}
    with pytest.raises(ValueError, match='has .* already'):
        add_row(tmp_path, row('Méthode: Ü/1'))
    add_row(tmp_path, row('Méthode: Ü/1', 30.0), replace=True)
    assert read_board(tmp_path)['ave'][0].main_score == 30.0


@pytest.mark.parametrize('one, other', [('CACE-Net', 'cace_net'), ('方法一', '方法二'), ('..', '   x'), ('a' * 100, 'a' * 99)])
def test_two_methods_never_share_a_row(tmp_path, one, other):
    for name in (one, other):
        add_row(tmp_path, row(name), replace=True)
    assert sorted(r.method for r in read_board(tmp_path)['ave']) == sorted([one, other])


def test_a_row_may_be_replaced_when_the_annotations_changed(tmp_path):
    add_row(tmp_path, row('a'))
    add_row(tmp_path, row('a', annotations={'testSet.txt': 'xyz'}), replace=True)
    assert read_board(tmp_path)['ave'][0].annotations == {'testSet.txt': 'xyz'}


def test_other_annotations_need_another_board(tmp_path):
    add_row(tmp_path, row('a'))
    with pytest.raises(ValueError, match='different annotation files'):
        add_row(tmp_path, row('b', annotations={'testSet.txt': 'xyz'}))
    assert check_board(tmp_path) == 1


@pytest.mark.parametrize('change, told', [
    (dict(scores={'accuracy': 101.0}), "'accuracy' is 101.0"), (dict(scores={'accuracy': float('nan')}), "'accuracy' is nan"),
    (dict(scores={'auc': 1.0}), "'accuracy', the main metric, is missing"), (dict(split='tset'), "did you mean 'test'"),
    (dict(status='verifed'), "did you mean 'verified'"), (dict(coverage={'scored': 5, 'of': 4}), "'coverage'"),
    (dict(coverage={'scored': 4, 'of': 4, 'ids': 'abc'}), "'ids' is 'abc'"),
    (dict(annotations={}), "'annotations'"), (dict(intervals={'accuracy': (3, 2)}), '[low, high]'),
    (dict(intervals={'accuracy': (60, 70)}), '[low, high] around a score'), (dict(intervals={'accuracy': ['a', None]}), '[low, high]'),
    (dict(resampled={'metric': 'accuracy', 'scores': [1.0] * 200}), "'seed'"), (dict(scores={'accuracy': 10**400}), 'a percentage'),
    (dict(resampled={'metric': 'accuracy', 'seed': 0, 'scores': [1e9] * 200}), 'percentages'), (dict(method='z'), 'belongs into z-test.json'),
    (dict(methd='x'), "no field 'methd'; did you mean 'method'"), (dict(submission=''), "'submission'"),
    (dict(status=REPORTED), 'says its source'), (dict(benchmark='avee'), "did you mean 'ave'"),
])
def test_a_row_that_was_tampered_with_is_told(tmp_path, change, told):
    path = add_row(tmp_path, row('a'))
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ValueError, match=re.escape(told)) as caught:
        check_board(tmp_path)
    assert str(path) in str(caught.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    for path in [add_row(tmp_path, row(name)) for name in 'ab']:
        path.write_text('{')
    (tmp_path / 'ave/reported.json').write_text(json.dumps([row('c').to_json()]))
    with pytest.raises(ValueError, match='3 problems'):
        read_board(tmp_path)


@pytest.fixture(scope='module')
def golden(repo):
    return repo / 'tests/data/metrics/music_avqa'


@pytest.fixture(scope='module')
def scored(golden):
    return score_row('music_avqa', golden / 'annotations', golden / 'submission')


@pytest.mark.parametrize('benchmark', ['ave', 'avs_s4', 'avss', 'llp', 'unav100', 'vggss'])
def test_an_interval_holds_its_score_in_the_middle(repo, benchmark):
    folder = repo / 'tests/data/metrics' / benchmark
    row = score_row(benchmark, folder / 'annotations', folder / 'submission')
    low, high = row.intervals[get_card(benchmark).main_metric]
    assert low < row.main_score < high and abs((low + high) / 2 - row.main_score) < 0.3 * (high - low)
    assert len(row.annotations) == len({file for file in row.annotations if '..' not in file}) > 0


def test_what_lies_beside_a_submission_does_not_change_its_hash(golden, scored, tmp_path):
    shutil.copytree(golden / 'submission', tmp_path / 's')
    (tmp_path / 's/.DS_Store').write_bytes(b'x')
    os.symlink('/etc/passwd', tmp_path / 's/link')
    again = score_row('music_avqa', golden / 'annotations', tmp_path / 's')
    assert again.submission == scored.submission and again.resampled == scored.resampled


def test_scoring_a_row(golden, scored, tmp_path):
    assert scored.scores == evaluate_submission('music_avqa', golden / 'annotations', golden / 'submission').scores
    low, high = scored.intervals['overall']
    assert low < scored.scores['overall'] < high and len(scored.resampled['scores']) == 1000
    assert np.mean(scored.resampled['scores']) == pytest.approx(scored.scores['overall'], abs=1)
    assert list(scored.annotations) == ['music_avqa_test.json'] and len(scored.submission) == 64
    add_row(tmp_path, scored)
    assert check_board(tmp_path) == 1


def test_comparing_two_submissions(golden, tmp_path):
    before = evaluate_submission('music_avqa', golden / 'annotations', golden / 'submission')
    predictions = read_predictions(golden / 'submission', 'music_avqa')
    right = {entry.sample_id: entry.truth['answer'] for entry in before.entries}
    wrong = [entry.sample_id for entry in before.entries if entry.prediction['answer'] != entry.truth['answer']]
    for sample_id in wrong[:5]:
        predictions[sample_id] = {'answer': np.array(right[sample_id])}
    SubmissionWriter(tmp_path / 'b', 'music_avqa', 'test', {'method': 'better'}).write(predictions)
    result = compare(before, evaluate_submission('music_avqa', golden / 'annotations', tmp_path / 'b'))
    overall = result.differences['overall']
    assert overall.b - overall.a == pytest.approx(500 / len(before.entries)) and 0 <= overall.low <= overall.b - overall.a <= overall.high
    assert result.flips == dict.fromkeys(wrong[:5], (0.0, 100.0))
    same = compare(before, before).differences['overall']
    assert (same.low, same.high, same.p) == (0, 0, 1)


@pytest.mark.parametrize('benchmark, kind, score', [('ave', 'silence', None), ('avs_s4', 'whole_image', None), ('avss', 'silence', None),
                                                    ('vggss', 'centre_box', None), ('llp', 'silence', None), ('unav100', 'silence', 0.0)])
def test_baselines_are_submissions(repo, tmp_path, benchmark, kind, score):
    annotations = repo / 'tests/data/metrics' / benchmark / 'annotations'
    row = score_row(benchmark, annotations, write_baseline(benchmark, kind, annotations, tmp_path), status=BASELINE)
    assert row.meta['settings'] == KINDS[kind] and 0 <= row.main_score < 60
    assert score is None or row.main_score == score


def test_a_baseline_overwrites_nothing(repo, tmp_path):
    (tmp_path / 'mine').write_text('x')
    with pytest.raises(ValueError, match='is not empty'):
        write_baseline('ave', 'silence', repo / 'tests/data/metrics/ave/annotations', tmp_path)


def test_what_a_benchmark_has_no_baseline_of_is_told(tmp_path):
    with pytest.raises(ValueError, match="'music_avqa' has no baseline 'silence'; valid: prior"):
        write_baseline('music_avqa', 'silence', tmp_path, tmp_path / 'out')


def test_the_board_that_comes_with_avreg_is_in_order():
    assert check_board(DEFAULT_BOARD) > 100


def test_reported_numbers_stand_in_the_papers(shared_dir):
    lines = {name: [line for line in (shared_dir / 'papers' / f'{name.lower().replace("-", "")}.md').read_text().splitlines()]
             for name in ('AV-Unified', 'TSPM', 'CCNet', 'SSUFormer')}
    for rows in read_board(DEFAULT_BOARD).values():
        for row in rows:
            if row.status == REPORTED:
                # The fourth paper prints fractions of 1.
                scale = 100 if row.meta['source']['paper'] == 'SSUFormer' else 1
                wanted = sorted(round(score / scale, 6) for score in row.scores.values())
                found = [sorted(round(float(number), 6) for number in re.findall(r'(?<![\w.])\d+(?:\.\d+)?(?![\w.])', line))
                         for line in lines[row.meta['source']['paper']]]
                assert any(all(numbers.count(number) >= wanted.count(number) for number in wanted) for numbers in found), row


@pytest.fixture(scope='module')
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp('site')
    evil = row('<script>alert(1)</script>', 55.0, seed=3, meta={'paper': 'javascript:alert(1)', 'code': 'https://example.org/"><b>x', 'x|y': '`'})
    build_site({'ave': [row('alpha', 40.0), row('beta', 60.0), reported('gamma', accuracy=50.0), evil]}, out)
    return out


def test_what_strangers_wrote_is_shown_as_text(site):
    page = (site / 'ave.html').read_text()
    assert '<script>alert' not in page and '&lt;script&gt;alert(1)' in page
    assert 'href="javascript' not in page and '"><b>' not in page
    assert '\\<script\\>' in (site / 'leaderboards.md').read_text()


def test_nothing_comes_from_elsewhere(site):
    for path in site.glob('*.html'):
        addresses = re.findall(r'(?:src|href)="?([^"\s>]+)', path.read_text())
        assert addresses and all((site / address.partition('#')[0]).is_file() for address in addresses), addresses
    assert 'url(' not in (site / 'board.css').read_text() and 'fetch' not in (site / 'board.js').read_text()


@pytest.fixture(scope='module')
def browse(site):
    """Opens a page in a browser without a screen, runs a script in it, and gives the page as it then is."""
    browser = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
    if browser is None:
        pytest.skip('no chromium here (on Debian: apt-get install chromium)')

    def open_page(hash_: str = '', script: str = '') -> str:
        page = site / 'opened.html'
        page.write_text((site / 'ave.html').read_text().replace('</body>', f'<script>{script}</script></body>'))
        done = subprocess.run([browser, '--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=2000', '--dump-dom',
                               f'{page.as_uri()}{hash_}'], capture_output=True, text=True, timeout=120)
        assert '<table' in done.stdout, done.stderr[-2000:]
        return done.stdout

    return open_page


def shown(page: str) -> list[str]:
    """Methods of the rows that are not hidden, from top to bottom."""
    rows = re.findall(r'<tr data-status="[a-z]+"([^>]*)>.*?<th scope="row">(.*?)</th>', page)
    return [re.search('alpha|beta|gamma|script', name)[0] for attributes, name in rows if 'hidden' not in attributes]


def test_the_page_opens_best_row_first(browse):
    page = browse()
    assert shown(page) == ['beta', 'script', 'gamma', 'alpha'] and '4 of 4 rows' in page


def test_tables_sort_by_keyboard(browse):
    # A button that has the focus is clicked by Enter and by the space bar.
    press = "const b = document.querySelector('[data-key=%s]'); b.focus(); if (document.activeElement === b && b.tabIndex === 0) b.click();"
    assert shown(browse(script=press % 'method'))[1:] == ['alpha', 'beta', 'gamma']
    page = browse(script=press % 'accuracy')
    assert shown(page) == ['alpha', 'gamma', 'script', 'beta'] and 'aria-sort="ascending"' in page
    assert shown(browse(script=press % 'rank'))[-1] == 'gamma'  # it has none


def test_tables_filter_and_views_are_links(browse):
    typed = "const i = document.querySelector('input[type=search]'); i.value = 'BETA'; i.dispatchEvent(new Event('input', {bubbles: true}));"
    assert shown(browse(script=typed)) == ['beta']
    unticked = "document.querySelector('[data-status=reported]').click(); document.title = location.hash;"
    page = browse(script=unticked)
    assert shown(page) == ['beta', 'script', 'alpha'] and '<title>#test.hide=reported' in page
    assert shown(browse('#test.sort=accuracy&test.direction=ascending&test.filter=a&test.hide=reported')) == ['alpha', 'script', 'beta']


def test_an_empty_board_is_told(tmp_path):
    with pytest.raises(ValueError, match='no rows'):
        build_site({}, tmp_path)
    with pytest.raises(FileNotFoundError, match='there is no board'):
        read_board(tmp_path / 'none')

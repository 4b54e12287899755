import json
import shutil

import numpy as np
import pytest

from avreg.errors import ConfigError
from avreg.evaluation.functional.captions import bleu, meteor, rouge_l, tokenize


@pytest.fixture(scope='module')
def golden(repo):
    """Texts with their official tokens, and the official numbers."""
    folder = repo / 'tests/data/metrics/captions'
    texts = [json.loads(line) for line in (folder / 'captions.jsonl').read_text().splitlines()]
    return texts, json.loads((folder / 'expected.json').read_text())


def test_golden_tokens(golden):
    for row in golden[0]:
        assert tokenize(row['reference']) == row['reference_tokens'] and tokenize(row['candidate']) == row['candidate_tokens']


def test_golden_numbers(golden):
    texts, expected = golden
    found, true = ([row[f'{name}_tokens'] for row in texts] for name in ('candidate', 'reference'))
    assert bleu(found, true) == pytest.approx(expected['bleu'], abs=1e-9)
    assert np.mean([rouge_l(*pair) for pair in zip(found, true)]) == pytest.approx(expected['rouge_l'], abs=1e-9)


def test_bleu_of_unequal_lists_and_of_nothing():
    with pytest.raises(ValueError, match='longer'):
        bleu([['a']], [['a'], ['b']])
    assert bleu([], []) == 0


@pytest.mark.parametrize('text, tokens', [
    ("The boy can't see; she cannot, he's \u2018here\u2019.", "the boy ca n't see she can not he 's here"),
    ('T-shirt, 3.5 or 1,000 (at 10:30) and/or\u2026', 't-shirt 3.5 or 1,000 -lrb- at 10:30 -rrb- and/or ...'),
    ('', ''), ('?!', ''),
])
def test_tokens(text, tokens):
    assert tokenize(text) == [token for token in tokens.split() if token != '...']


def test_identical_and_empty_texts():
    text = tokenize('a dog barks in the garden')
    assert bleu([text], [text]) == pytest.approx(100) and rouge_l(text, text) == pytest.approx(100)
    assert bleu([[]], [text]) < 1e-6 and rouge_l([], text) == 0


def test_the_longest_common_subsequence_against_a_table():
    rng = np.random.default_rng(0)
    for _ in range(50):
        one, other = (list(map(str, rng.integers(0, 4, rng.integers(1, 12)))) for _ in range(2))
        table = np.zeros((len(one) + 1, len(other) + 1), int)
        for i, a in enumerate(one):
            for j, b in enumerate(other):
                table[i + 1, j + 1] = table[i, j] + 1 if a == b else max(table[i, j + 1], table[i + 1, j])
        common = table[-1, -1]
        p, r = common / len(one), common / len(other)
        assert rouge_l(one, other) == pytest.approx(100 * (1 + 1.44) * p * r / (r + 1.44 * p) if common else 0)


def test_without_java_the_error_says_how_to_leave_meteor_out(monkeypatch):
    monkeypatch.setattr(shutil, 'which', lambda name: None)
    with pytest.raises(ConfigError, match=r'METEOR needs Java .*--skip-meteor'):
        meteor([['a']], [['a']])


def test_golden_meteor(golden):
    pytest.importorskip('pycocoevalcap')
    if not shutil.which('java'):
        pytest.skip('METEOR is a Java program, and there is no Java here')
    texts, expected = golden
    found, true = ([row[f'{name}_tokens'] for row in texts] for name in ('candidate', 'reference'))
    assert meteor(found, true) == pytest.approx(expected['meteor'], abs=1e-3)

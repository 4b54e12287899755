"""The table and metrics.json."""
import json

import pytest

from avreg.evaluation import format_table, write_metrics

METRICS = {'score': 62.5, 'llp/segment/audio': 5.0, 'llp/segment/type': 50.004, 'ave/accuracy': 75.0}


def test_table():
    assert format_table(METRICS).splitlines() == [
        '+-----------+----------------+-------+',
        '| benchmark | metric         |     % |',
        '+-----------+----------------+-------+',
        '| llp       | segment/audio  |  5.00 |',
        '|           | segment/type * | 50.00 |',
        '+-----------+----------------+-------+',
        '| ave       | accuracy *     | 75.00 |',
        '+-----------+----------------+-------+',
        '|           | score          | 62.50 |',
        '+-----------+----------------+-------+',
        '* main metric, enters the score',
    ]


def test_table_of_nothing():
    with pytest.raises(ValueError, match='no metrics'):
        format_table({})


def test_json_is_flat_and_unrounded(tmp_path):
    path = write_metrics(tmp_path / 'new' / 'metrics.json', {**METRICS, 'ave/accuracy': 200 / 3})
    assert json.loads(path.read_text()) == {**METRICS, 'ave/accuracy': 200 / 3}
    write_metrics(path, {'score': 1})
    assert json.loads(path.read_text()) == {'score': 1.0}
    assert [file.name for file in path.parent.iterdir()] == ['metrics.json']


def test_json_refuses_what_json_cannot_hold(tmp_path):
    with pytest.raises(ValueError, match="'score': nan"):
        write_metrics(tmp_path / 'metrics.json', {'score': float('nan')})
    assert not list(tmp_path.iterdir())

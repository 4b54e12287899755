"""F-Music and F-Lifescene: the reader, and the words of their training sentences."""
import json
import runpy
import sys

import pytest

from avreg.benchmarks import CaptionTokenizer
from avreg.datasets import FLifescene, FMusic
from avreg.datasets.ra_ssu import training_words

ROWS = [dict(id='b', split='train', scene='x', descriptions=['A dog barks.', 'The dog is silent.']),
        dict(id=7, split='train', descriptions=['A cat meows.']),
        dict(id='t', split='test', scene='y', descriptions=['A zither.'])]


@pytest.fixture
def root(tmp_path):
    (tmp_path / 'annotations.json').write_text(json.dumps(ROWS))
    return tmp_path


@pytest.mark.parametrize('dataset', [FMusic, FLifescene])
def test_samples_of_a_split(root, dataset):
    data = dataset(str(root), 'train', check_media=False)
    first, second = (data.get_data_info(i) for i in range(2))
    assert (first['sample_id'], first['num_segments'], first['category'], first['descriptions']) == ('b', 2, 'x', ROWS[0]['descriptions'])
    assert first['frame_paths'] == [f'{root}/frames/b/{k}.jpg' for k in range(2)] and first['audio_path'] == f'{root}/audio/b.wav'
    assert second['sample_id'] == '7' and second['mask_paths'] == {0: f'{root}/masks/7/0.png'} and second['category'] is None


@pytest.mark.parametrize('change, message', [
    (dict(split='trian'), r"annotations\.json, entry 1 \(id 7\): 'trian' is not a split; did you mean 'train'"),
    (dict(descriptions=[]), r'entry 1 \(id 7\): descriptions must be a list of sentences'),
    (dict(descriptions=['a', 3]), r'entry 1 \(id 7\): descriptions must be a list of sentences'),
])
def test_a_malformed_entry_is_named(root, change, message):
    (root / 'annotations.json').write_text(json.dumps([ROWS[0], ROWS[1] | change]))
    with pytest.raises(ValueError, match=message):
        FMusic(str(root), 'train', check_media=False)


def test_words_are_those_of_the_training_sentences_most_frequent_first(root):
    assert training_words(root / 'annotations.json') == ['a', 'dog', 'barks', 'cat', 'is', 'meows', 'silent', 'the']
    assert training_words(root / 'annotations.json', min_count=2) == ['a', 'dog']
    with pytest.raises(ValueError, match='occurs 9 times or more'):
        training_words(root / 'annotations.json', min_count=9)


def test_the_tool_writes_what_the_tokenizer_reads(repo, root, monkeypatch, capsys):
    tool, out = repo / 'tools/misc/build_vocabulary.py', root / 'words.txt'
    monkeypatch.setattr(sys, 'argv', [str(tool), str(root / 'annotations.json'), str(out), '--min-count', '2'])
    runpy.run_path(str(tool), run_name='__main__')
    assert capsys.readouterr().out == f'2 words are in {out}\n'
    assert CaptionTokenizer(out).encode('A dog barks') == [1, 4, 5, 3, 2]

"""What guessing scores, from label files alone."""
import json

import pytest

from avreg.datasets.avworld.shortcuts import best_guesses, measure_shortcuts
from avreg.datasets.avworld.world import WRITERS


@pytest.fixture(scope='module')
def labels(tmp_path_factory):
    """The label files of a world of some size, without its media."""
    root = tmp_path_factory.mktemp('labels')
    for name in ('ave', 'llp', 'music_avqa'):
        writer = WRITERS[name]
        (root / name).mkdir()
        sizes = dict(train=300, val=2, test=120)
        writer.write_labels(root / name, {split: [writer.clip(5, split, i) for i in range(size)]
                                          for split, size in sizes.items()}, 5)
    return root


def test_guessing_is_poor(labels):
    best = best_guesses(measure_shortcuts(labels))
    assert 20 < best['ave/accuracy'] < 35
    assert best['llp/segment/type'] < 30 and best['llp/event/type'] < 30
    assert best['music_avqa/overall'] < 45


def test_numbers_are_those_of_the_guess(tmp_path):
    (tmp_path / 'ave').mkdir()
    (tmp_path / 'ave/trainSet.txt').write_text('Bark&aaaaaaaaaaa&good&0&8\nCat&bbbbbbbbbbb&good&0&4\n')
    (tmp_path / 'ave/testSet.txt').write_text('Bark&ccccccccccc&good&2&8\nCat&ddddddddddd&good&0&10\n')
    scores = measure_shortcuts(tmp_path, ('ave', ))
    assert scores == {
        'ave/all_background/accuracy': 20.0,  # 4 + 0 of 20 seconds
        'ave/most_frequent_label/accuracy': 30.0,  # Bark: 8 of 20 training seconds, 6 of 20 here
        'ave/most_frequent_event/accuracy': 30.0,
        'ave/most_frequent_label_of_each_second/accuracy': pytest.approx(40.0),  # Bark for 8 s (6 right), then background (2)
    }
    assert best_guesses(scores) == {'ave/accuracy': pytest.approx(40.0)}


def test_sentences_and_masks_that_look_at_nothing(tmp_path):
    writer, folder = WRITERS['f_music'], tmp_path / 'f_music'
    clips = {split: [writer.clip(5, split, i) for i in range(size)] for split, size in dict(train=60, val=1, test=4).items()}
    for clip in clips['test']:
        for parent in {(folder / file).parent for file in clip.files}:
            parent.mkdir(parents=True, exist_ok=True)
        writer.write_media(clip, folder)
    writer.write_labels(folder, clips, 5)
    scores = measure_shortcuts(tmp_path, ('f_music', ))
    sentences = {key.split('/')[1]: value for key, value in scores.items() if key.endswith('/rouge_l')}
    assert set(sentences) == {'most_frequent_sentence', 'most_frequent_sentence_of_each_second', 'best_sentence'}
    assert max(sentences.values()) < 50 and scores['f_music/all_background/miou'] < 50
    # Where one sentence is true of all, it is found.
    rows = json.loads((folder / 'annotations.json').read_text())
    for row in rows:
        row['descriptions'] = ['A drum on the left plays.'] * len(row['descriptions'])
    (folder / 'annotations.json').write_text(json.dumps(rows))
    assert measure_shortcuts(tmp_path, ('f_music', ))['f_music/best_sentence/rouge_l'] == pytest.approx(100)


def test_an_unknown_benchmark_is_named(tmp_path):
    with pytest.raises(ValueError, match="'unav100'.*known: ave"):
        measure_shortcuts(tmp_path, ('unav100', ))

"""The cards against the official lists."""
import json

import pytest

from avreg.benchmarks import get_card, list_cards
from avreg.benchmarks.avss import CLASSES, PALETTE


@pytest.mark.parametrize('name, count, metric, seconds', [('vggss', 221, 'ciou', 3), ('flickr_soundnet', 0, 'ciou', 3),
                                                          ('avs_s4', 23, 'miou', 5), ('avs_ms3', 0, 'miou', 5),
                                                          ('avss', 71, 'miou', 10)])
def test_cards_of_places(name, count, metric, seconds):
    card = get_card(name)
    assert (len(card.labels), card.main_metric, card.num_segments) == (count, metric, seconds)
    assert len(set(card.labels)) == count and card.prompt and card.protocol


def test_prompts_and_names_are_distinct():
    cards = list_cards()
    assert len({card.title for card in cards}) == len(cards)
    # Flickr-SoundNet is the same task as VGG-SS; every other benchmark has its own sentence.
    assert get_card('flickr_soundnet').prompt == get_card('vggss').prompt
    prompts = [card.prompt for card in cards if card.prompt and card.name != 'flickr_soundnet']
    assert len(set(prompts)) == len(prompts)


def test_palette_is_that_of_pascal_voc():
    assert PALETTE[:5] == ((0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (0, 0, 128))
    assert PALETTE[CLASSES.index('clarinet')] == (64, 128, 128) and len(set(PALETTE)) == 71


def test_unknown_category_names_the_nearest():
    with pytest.raises(ValueError, match="'horse_clip_clop'.*did you mean 'horse_clip-clop'"):
        get_card('avs_s4').label_index('horse_clip_clop')


def test_official_lists(shared_dir):
    def read(name):
        return json.loads((shared_dir / f'data/classes/{name}.json').read_text())
    assert list(get_card('vggss').labels) == read('vggss')['classes']
    assert list(get_card('avs_s4').labels) == read('avsbench_s4')['categories']
    assert list(CLASSES) == read('avss')['classes'] and [list(colour) for colour in PALETTE] == read('avss')['palette']
    indices = json.loads((shared_dir / 'data/avsbench/AVSS/label2idx.json').read_text())
    assert [indices[name] - 1 for name in CLASSES] == list(range(71))

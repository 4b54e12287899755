import hashlib
import re

import pytest

from avreg.benchmarks import list_cards
from avreg.benchmarks.music_avqa import INSTRUMENTS, TEMPLATES
from avreg.benchmarks.vocabulary import SLOT_WORDS, WordTokenizer


def test_every_word_of_the_cards_is_known():
    tokenizer = WordTokenizer()
    texts = [re.sub(r'<\w+>', '', template.template) for template in TEMPLATES]
    texts += [word for words in (*SLOT_WORDS.values(), INSTRUMENTS) for word in words]
    for card in list_cards():
        texts += [card.prompt or '', *(card.labels if card.name in ('ave', 'llp', 'music_avqa') else ())]
    for text in texts:
        assert tokenizer.unknown not in tokenizer.encode(text), text
    assert len(set(tokenizer.words)) == len(tokenizer)


def test_vocabulary_is_fixed():
    tokenizer = WordTokenizer()
    assert tokenizer.words[:6] == ['<pad>', '<unk>', 'is', 'this', 'sound', 'from']
    assert tokenizer.words == WordTokenizer().words
    # Words are appended, never inserted: trained embeddings depend on their numbers.
    assert hashlib.sha256(' '.join(tokenizer.words[:173]).encode()).hexdigest().startswith('aa339aad758665ed')
    assert tokenizer.words[173:176] == ['picture', 'source', 'pixels']


def test_words_are_lower_case_without_punctuation_and_underscores_join():
    tokenizer = WordTokenizer()
    ids = tokenizer.encode('Is the Acoustic_Guitar louder, than the PIANO?')
    assert tokenizer.decode([*ids, 0, 0]) == 'is the acoustic_guitar louder than the piano'
    assert tokenizer.decode(tokenizer.encode('Frying_(food) Baby_cry_infant_cry')) == 'frying food baby_cry_infant_cry'
    assert tokenizer.encode('zyzzyva') == [1]
    assert tokenizer.encode('') == []


def test_extra_words_are_appended():
    tokenizer = WordTokenizer(extra=['Where is the zyzzyva?'])
    assert tokenizer.words[:-1] == WordTokenizer().words
    assert tokenizer.encode('zyzzyva') == [len(tokenizer) - 1]


@pytest.mark.parametrize('token', [-1, 10_000])
def test_decode_refuses_a_token_outside(token):
    with pytest.raises(ValueError, match=str(token)):
        WordTokenizer().decode([2, token])

import hashlib

import pytest

from avreg.benchmarks import CaptionTokenizer
from avreg.benchmarks.caption_vocabulary import WORDS
from avreg.registry import TASK_UTILS


def test_sentences_to_ids_and_back():
    tokenizer = TASK_UTILS.build(dict(type='CaptionTokenizer'))
    ids = tokenizer.encode('A violin, on the LEFT plays.')
    assert (ids[0], ids[-1], len(ids)) == (1, 2, 8) and min(ids[1:-1]) > 3
    assert tokenizer.decode([*ids, 0, 0]) == tokenizer.decode([*ids, 5, 6]) == 'a violin on the left plays'
    assert tokenizer.decode(ids[1:-1]) == 'a violin on the left plays', 'begin and end may be missing'
    assert tokenizer.decode(tokenizer.encode('')) == tokenizer.decode([0, 0]) == '' and tokenizer.decode([1, 3, 2]) == '<unk>'
    assert len(tokenizer) == len(WORDS) + 4
    with pytest.raises(ValueError, match='token 9999 is outside the vocabulary'):
        tokenizer.decode([1, 9999, 2])


def test_the_own_vocabulary_is_fixed_and_a_word_that_it_lacks_is_named():
    # Words are appended, never inserted: trained embeddings depend on their numbers.
    assert len(set(WORDS)) == len(WORDS)
    assert hashlib.sha256(' '.join(WORDS[:116]).encode()).hexdigest()[:16] == '3a2aa2c5c41e7d5b'
    with pytest.raises(ValueError, match=r"'zither' of the sentence 'A zither plays\.'.*build_vocabulary\.py.*`vocabulary`"):
        CaptionTokenizer().encode('A zither plays.')


def test_words_of_a_file(tmp_path):
    file = tmp_path / 'words.txt'
    file.write_text('zither\nplays\n')
    tokenizer = CaptionTokenizer(str(file))
    assert tokenizer.encode('A zither plays') == [1, 3, 4, 5, 2] and len(tokenizer) == 6
    assert tokenizer.decode([1, 4, 5, 2]) == 'zither plays'


@pytest.mark.parametrize('text, message', [
    ('zither\nA\n', r"words\.txt:2: 'A' is not one word in lower case"),
    ('zither\ntwo words\n', r"words\.txt:2: 'two words' is not one word"),
    ('zither\n\nplays', r"words\.txt:2: ''"),
    ('zither\nplays\nzither\n', r"words\.txt:3: the word 'zither' stands in line 1 already"),
    ('', 'is empty'),
])
def test_files_of_no_use(tmp_path, text, message):
    (tmp_path / 'words.txt').write_text(text)
    with pytest.raises(ValueError, match=message):
        CaptionTokenizer(tmp_path / 'words.txt')


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'nowhere\.txt \(option `vocabulary`\)'):
        CaptionTokenizer(tmp_path / 'nowhere.txt')

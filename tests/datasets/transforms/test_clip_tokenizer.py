"""CLIP's byte pairs in place of words."""
import copy
import pickle

import numpy as np
import pytest

from avreg.benchmarks import get_card
from avreg.datasets.transforms import CLIPBytePairTokenizer, TokenizeText
from tests.models import tiny_clip


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return tiny_clip.make_tokenizer(tmp_path_factory.mktemp('clip'))


def test_tokens_are_byte_pairs_between_start_and_end(folder):
    vocabulary = tiny_clip.vocabulary()
    tokens = TokenizeText(tokenizer=str(folder))(dict(benchmark='music_avqa', sample_id=1, question='Is  Violin !??'))['tokens']
    words = ['<|startoftext|>', 'is</w>', 'violin</w>', '!', '?</w>', '<|endoftext|>']
    assert tokens.dtype == np.int64 and tokens.tolist() == [vocabulary[word] for word in words] and vocabulary['!'] == 0


def test_a_prompt_comes_back(folder):
    tokenize = TokenizeText(tokenizer=folder)
    tokens = tokenize(dict(benchmark='ave', sample_id='x'))['tokens'].tolist()
    assert tokenize.tokenizer.decode([*tokens, 0, 0]) == get_card('ave').prompt.lower()


def test_a_long_sentence_ends_at_77_tokens(folder):
    tokenizer = CLIPBytePairTokenizer(folder)
    long = tokenizer.encode('violin ' * 200)
    assert len(long) == 77 and long[-1] == tokenizer.end == len(tokenizer) - 1 and long[:76] == tokenizer.encode('violin ' * 75)[:76]
    assert len(CLIPBytePairTokenizer(folder, max_tokens=5).encode('violin ' * 200)) == 5


def test_one_file_instead_of_two(folder, tmp_path):
    CLIPBytePairTokenizer(folder).tokenizer.save_pretrained(tmp_path)
    for name in ('vocab.json', 'merges.txt'):
        (tmp_path / name).unlink(missing_ok=True)
    assert (tmp_path / 'tokenizer.json').is_file()
    text = 'Is the violin! louder?'
    assert CLIPBytePairTokenizer(tmp_path).encode(text) == CLIPBytePairTokenizer(folder).encode(text)


def test_goes_to_worker_processes(folder):
    transform = TokenizeText(tokenizer=str(folder))
    sample = dict(benchmark='ave', sample_id='x')
    for other in (pickle.loads(pickle.dumps(transform)), copy.deepcopy(transform)):
        tokens = other(dict(sample))['tokens']
        assert tokens.tolist() == transform(dict(sample))['tokens'].tolist()
        assert other.tokenizer.decode(tokens) == transform.tokenizer.decode(tokens)


def test_missing_files_are_named(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match='the folder openai/clip does not exist; nothing is downloaded here'):
        TokenizeText(tokenizer='openai/clip')
    (tmp_path / 'config.json').write_text('{}')
    with pytest.raises(FileNotFoundError, match='has no vocab.json and no merges.txt, nor a tokenizer.json instead; it holds config.json'):
        TokenizeText(tokenizer=tmp_path)
    (tmp_path / 'vocab.json').write_bytes((folder / 'vocab.json').read_bytes())
    with pytest.raises(FileNotFoundError, match='has no merges.txt, nor'):
        TokenizeText(tokenizer=tmp_path)


def test_another_tokenizer_is_refused(folder, tmp_path):
    tiny_clip.make_tokenizer(tmp_path)
    (tmp_path / 'vocab.json').write_text('{"a": 0, "<|startoftext|>": 1, "<|endoftext|>": 2, "b": 3}')
    (tmp_path / 'merges.txt').write_text('#version: 0.2\n')
    with pytest.raises(ValueError, match="does not hold CLIP's tokenizer: an empty text gives the tokens"):
        TokenizeText(tokenizer=tmp_path)

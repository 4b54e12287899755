import pytest
import torch

from avreg.datasets.transforms import TokenizeText
from avreg.models.heads import QuestionAnsweringHead
from avreg.registry import MODELS
from tests.models import tiny_clip
from tests.models.conftest import make_features
from tests.models.samples import make_samples
from tests.models.tiny_clip import PROJECTED, TEXT

QUESTIONS = ('Is the violin!? louder?', 'violin', '')


@pytest.fixture(scope='module')
def download(tmp_path_factory):
    """A folder, and the model in it as transformers has it."""
    folder = tmp_path_factory.mktemp('clip')
    return folder, tiny_clip.make_clip(folder)


@pytest.fixture
def text(download):
    """Builds the encoder of that folder."""

    def build(**arguments):
        torch.manual_seed(0)
        return MODELS.build(dict(type='CLIPTextEncoder', **{'variant': None, 'checkpoint': str(download[0]), **arguments}))

    return build


@pytest.fixture(scope='module')
def tokens(download) -> torch.Tensor:
    """Of the three questions, as the pipeline and the data preprocessor make a batch of them; the first holds token 0."""
    tokenize = TokenizeText(tokenizer=str(download[0]))
    texts = [torch.from_numpy(tokenize(dict(benchmark='music_avqa', sample_id=1, question=q))['tokens']) for q in QUESTIONS if q]
    texts.append(torch.tensor(tokenize.tokenizer.encode('')))
    clip = torch.zeros(1, 1, 96, 64)
    batch = dict(inputs=dict(audio=[clip] * 3, text=texts), data_samples=[None] * 3)
    return MODELS.build(dict(type='AVDataPreprocessor'))(batch)['inputs']['text']


@torch.no_grad()
def test_gives_clips_own_features(download, text, tokens):
    from transformers import CLIPTokenizer
    out = text(chunk=2)(tokens)
    assert out.keys() == {'text', 'words', 'words_valid'}
    assert out['text'].shape == (3, PROJECTED) and out['words'].shape == (*tokens.shape, TEXT)
    # Padded as transformers does: with the end of text, up to 77 tokens.
    # The question mark at the end is dropped, as TSPM's authors do.
    questions = [question.removesuffix('?') for question in QUESTIONS]
    theirs = CLIPTokenizer.from_pretrained(download[0])(questions, padding='max_length', max_length=77, return_tensors='pt')
    found = download[1].get_text_features(**theirs)
    N = tokens.shape[1]
    assert torch.equal(out['words_valid'], theirs.attention_mask[:, :N].bool())
    assert (tokens[0, 1:] == 0).any() and out['words_valid'][0].all(), 'an exclamation mark is no padding'
    torch.testing.assert_close(out['text'], found.pooler_output, atol=2e-5, rtol=1e-4)
    valid = out['words_valid']
    torch.testing.assert_close(out['words'][valid], found.last_hidden_state[:, :N][valid], atol=2e-5, rtol=1e-4)
    assert not out['words'][~valid].any() and found.pooler_output.std(0).mean() > 0.01


@torch.no_grad()
@pytest.mark.parametrize('channels', [None, 6])
def test_padding_order_and_chunk_change_nothing(text, tokens, channels):
    encoder = text(channels=channels)
    whole, N = encoder(tokens), tokens.shape[1]
    # A longer sentence in the batch, and anything at all where there is nothing.
    longer = torch.cat([tokens, torch.zeros(3, 5, dtype=torch.int64)], 1)
    longer[:, 3:] = torch.where(torch.cat([whole['words_valid'], torch.zeros(3, 5, dtype=torch.bool)], 1)[:, 3:], longer[:, 3:], 7)
    for other, order in ((encoder(longer), slice(None)), (text(channels=channels, chunk=1)(tokens.flip(0)), [2, 1, 0])):
        assert torch.equal(other['words_valid'][order][:, :N], whole['words_valid']) and not other['words'][:, N:].any()
        torch.testing.assert_close(other['text'][order], whole['text'], atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(other['words'][order][:, :N], whole['words'], atol=1e-5, rtol=1e-5)


def test_frozen_has_no_gradient_and_stays_in_evaluation_mode(text, tokens):
    encoder = text(channels=6)
    torch.nn.ModuleDict({'text': encoder}).train()
    assert encoder.training and not any(module.training for module in encoder.network.modules())
    learning = {name for name, p in encoder.named_parameters() if p.requires_grad}
    assert learning == {f'{layer}.{kind}' for layer in ('project', 'project_words') for kind in ('weight', 'bias')}
    out = encoder(tokens)
    assert out['text'].shape == (3, 6) and out['words'].shape == (*tokens.shape, 6) and not out['words'][~out['words_valid']].any()
    (out['text'].sum() + out['words'].sum()).backward()
    assert all((p.grad is not None and p.grad.any()) == (name in learning) for name, p in encoder.named_parameters())


def test_otherwise_every_weight_learns(text, tokens):
    encoder = text(frozen=False, channels=6).train()
    assert all(module.training for module in encoder.modules())
    out = encoder(tokens)
    (out['text'].square().mean() + out['words'].square().mean()).backward()
    assert [name for name, p in encoder.named_parameters() if p.grad is None] == []


def test_a_question_head_reads_it(text, tokens):
    feats = make_features(channels=8).replace(**text(channels=8)(tokens))
    torch.manual_seed(0)
    head = QuestionAnsweringHead(8, num_heads=2)
    head.loss(feats, make_samples('music_avqa'))['loss_answer'].backward()
    with pytest.raises(ValueError, match='QuestionAnsweringHead needs AVFeatures.vocabulary, which is missing'):
        QuestionAnsweringHead(8, num_heads=2, answers='music_avqa')(feats)


def test_random_weights_are_said_to_be(monkeypatch, text):
    said = []
    tiny = type('Config', (), {'text_config': text().network.config})
    monkeypatch.setattr('avreg.models.backbones.pretrained_encoder.print_log', lambda text, *_: said.append(text))
    # The sizes of a published variant would take seconds.
    monkeypatch.setattr('avreg.models.backbones.clip_text_encoder.clip_config', lambda variant, folder: tiny)
    text(variant='ViT-B/32', checkpoint=None)
    assert said == ["CLIPTextEncoder(variant='ViT-B/32') has random weights: no checkpoint is given"]


def test_errors_say_what_would_be_right(text):
    words = torch.from_numpy(TokenizeText()(dict(benchmark='music_avqa', sample_id=1, question=QUESTIONS[0]))['tokens'])
    with pytest.raises(ValueError, match=r"end with token \d+, of a vocabulary of \d+; .*: TokenizeText\(tokenizer='...'\)"):
        text()(words[None])
    encoder = text()
    with pytest.raises(ValueError, match='these are not its tokens'):
        encoder(torch.tensor([[1, encoder.vocab_size, encoder.end]]))
    with pytest.raises(ValueError, match=r'takes tokens \(B, N\) with N up to 77, got \(1, 78\)'):
        encoder(torch.zeros(1, 78, dtype=torch.int64))
    with pytest.raises(ValueError, match="is not of variant 'ViT-B/16'"):
        text(variant='ViT-B/16')

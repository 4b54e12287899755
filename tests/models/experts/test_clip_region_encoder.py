import pytest
import torch
from torch.nn.functional import normalize, one_hot

from avreg.models.backbones import CLIPTextEncoder, CLIPVisualEncoder
from avreg.models.experts import CLIPRegionEncoder
from tests.models import tiny_clip

LAST = len(tiny_clip.vocabulary()) - 1
# From start to end of text; the first is shorter.
TOKENS = torch.tensor([[LAST - 1, 5, 9, LAST, 0], [LAST - 1, 7, 300, 11, LAST]])


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('clip')
    tiny_clip.make_clip(folder)
    return str(folder)


def test_known_sentences_and_frames_are_encoded_as_by_clips_own_encoders(folder):
    encoder = CLIPRegionEncoder(None, folder)
    counts = torch.arange(1, 5) <= (TOKENS == LAST).int().argmax(1, keepdim=True)
    found = encoder.encode_captions(LAST - 1, one_hot(TOKENS[:, 1:], LAST + 1).float(), counts)
    torch.testing.assert_close(found, normalize(CLIPTextEncoder(None, folder)(TOKENS)['text'], dim=-1))
    frames = torch.randn(2, 3, tiny_clip.IMAGE, tiny_clip.IMAGE)
    tokens, embedding = encoder.encode_regions(frames)
    expected = CLIPVisualEncoder(None, folder)(frames.unsqueeze(0))
    torch.testing.assert_close(tokens, expected['patches'][0])
    torch.testing.assert_close(embedding, normalize(expected['visual'][0], dim=-1))


def test_gradients_pass_through_and_change_nothing(folder):
    encoder = CLIPRegionEncoder(None, folder).train()
    assert not any(module.training for module in encoder.modules())
    frames = torch.randn(2, 3, tiny_clip.IMAGE, tiny_clip.IMAGE, requires_grad=True)
    logits = torch.randn(2, 4, LAST + 1, requires_grad=True)
    said = encoder.encode_captions(LAST - 1, logits.softmax(-1), torch.ones(2, 4, dtype=torch.bool))
    (encoder.encode_regions(frames)[1] - said).norm(dim=-1).sum().backward()
    assert frames.grad.abs().max() > 0 and logits.grad.abs().max() > 0
    assert all(p.grad is None for p in encoder.parameters())
    assert encoder.loss(frames, TOKENS, TOKENS > 0) == {}


def test_captions_of_other_tokens_are_refused(folder):
    with pytest.raises(ValueError, match='the captions have 9'):
        CLIPRegionEncoder(None, folder).encode_captions(1, torch.ones(2, 4, 9), torch.ones(2, 4, dtype=torch.bool))

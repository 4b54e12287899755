import pytest
import torch

from avreg.models.heads import ParsingHead
from tests.models.conftest import make_features


def test_with_evidence_of_its_own_a_modality_does_not_hear_what_is_only_seen():
    torch.manual_seed(0)
    head = ParsingHead(channels=16, audio_evidence=('encoded_audio', ), visual_evidence=('encoded_visual', )).eval()
    feats = make_features()
    feats = feats.replace(encoded_audio=feats.audio, encoded_visual=feats.visual)
    frame, _, video = head(feats)
    # What the necks made of the picture changes where the head looks, not what a segment holds.
    other_frame, _, other_video = head(feats.replace(audio=feats.audio + feats.visual, patches=-feats.patches))
    torch.testing.assert_close(frame, other_frame)
    assert not torch.allclose(video, other_video)
    seen_frame, *_ = head(feats.replace(encoded_visual=feats.encoded_visual + 1))
    torch.testing.assert_close(frame[:, :, 0], seen_frame[:, :, 0])
    assert not torch.allclose(frame[:, :, 1], seen_frame[:, :, 1])


def test_evidence_is_given_for_both_modalities():
    with pytest.raises(ValueError, match='both audio_evidence and visual_evidence, or neither'):
        ParsingHead(channels=16, audio_evidence=('encoded_audio', ))

import pytest
import torch

from avreg.models.necks import CrossModalSPM


@pytest.mark.parametrize('gate', [None, 'sigmoid'])
def test_equals_eq_5_and_6_for_one_head(feats, gate):
    torch.manual_seed(0)
    neck = CrossModalSPM(channels=16, num_heads=1, audio_gate=gate).eval()
    out = neck(feats)
    b, t = 0, 2
    p, a = feats.patches[b, t], neck.norm_audio(feats.audio[b, t])
    q, k, v = neck.patch_qkv(neck.norm_patches(p)).chunk(3, -1)
    refined = p + neck.patch_out((q @ k.T / 4).softmax(-1) @ v)
    normed = neck.norm_refined(refined)
    message = neck.audio_value(a)
    if gate:
        message = message * (neck.gate_query(normed) @ neck.gate_key(a) / 4).sigmoid()[:, None]
    torch.testing.assert_close(out.patches[b, t], refined + message)
    k, v = neck.patch_kv(normed).chunk(2, -1)
    weights = (k @ neck.audio_query(a) / 4).softmax(0)
    torch.testing.assert_close(out.maps['sound'][b, t], weights)
    torch.testing.assert_close(out.spatial_audio[b, t], feats.audio[b, t] + neck.audio_out(weights @ v))


def test_temporal_streams_stay(feats):
    out = CrossModalSPM(channels=16, num_heads=2)(feats)
    assert out.audio is feats.audio and out.visual is feats.visual


def test_unknown_gate_is_refused():
    with pytest.raises(ValueError, match="audio_gate='tanh'.*'sigmoid'"):
        CrossModalSPM(channels=16, audio_gate='tanh')


def test_heads_must_divide_the_width():
    with pytest.raises(ValueError, match='channels=32 is not a multiple of num_heads=5'):
        CrossModalSPM(channels=32, num_heads=5)

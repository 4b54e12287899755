import torch

from avreg.models.necks import MultiScaleTPM


def plain_loop(neck, feats):
    """Eq. 1-4 written out token by token, head by head."""
    out = {}
    B, T, D = feats.audio.shape
    S, H = len(neck.windows) + 1, neck.num_heads
    d = D // H
    qkv = {'audio': neck.audio_qkv, 'visual': neck.visual_qkv}
    proj = {m: qkv[m](neck.norm1[m](getattr(feats, m))).view(B, T, 2, 3, S, H, d) for m in ('audio', 'visual')}
    for m, other in (('audio', 'visual'), ('visual', 'audio')):
        x = getattr(feats, m)
        scales = torch.zeros(B, T, S, D)
        for b in range(B):
            for t in range(T):
                if not feats.valid[b, t]:
                    continue
                for s in range(S):
                    half = T if s == 0 else neck.windows[s - 1] / 2
                    near = [u for u in range(T) if abs(u - t) <= half and feats.valid[b, u]]
                    for h in range(H):
                        gathered = 0
                        for role, source in ((0, m), (1, other)):
                            q = proj[m][b, t, role, 0, s, h]
                            k = torch.stack([proj[source][b, u, role, 1, s, h] for u in near])
                            v = torch.stack([proj[source][b, u, role, 2, s, h] for u in near])
                            gathered = gathered + (k @ q / d**0.5).softmax(0) @ v
                        scales[b, t, s, h * d:(h + 1) * d] = gathered
        y = x + neck.merge[m]((x.unsqueeze(2) + scales).flatten(2))
        y = y + neck.ffn[m](neck.norm2[m](y))
        out[m] = torch.where(feats.valid.unsqueeze(-1), y, x)
    return out


def test_equals_eq_1_to_4_written_as_loops(feats):
    torch.manual_seed(0)
    neck = MultiScaleTPM(channels=16, windows=(2, 4), num_heads=2).eval()
    with torch.no_grad():  # as after training: the branches start at zero
        for m in ('audio', 'visual'):
            neck.merge[m].weight.normal_(std=0.1)
            neck.ffn[m][-1].weight.normal_(std=0.1)
    out, expected = neck(feats), plain_loop(neck, feats)
    for modality in ('audio', 'visual'):
        torch.testing.assert_close(getattr(out, modality), expected[modality], atol=1e-5, rtol=1e-5)


def test_window_two_reaches_one_segment_to_each_side():
    mask = MultiScaleTPM(channels=16, windows=(2, ), num_heads=2).attention_mask(torch.ones(1, 5, dtype=torch.bool))
    assert mask[0, 0, 0, 0].all(), 'the first scale is unwindowed'
    assert mask[0, 0, 1, 0].sum(1).tolist() == [2, 3, 3, 3, 2]


def test_padded_segments_keep_their_value(feats):
    out = MultiScaleTPM(channels=16, num_heads=2)(feats)
    assert torch.equal(out.audio[~feats.valid], feats.audio[~feats.valid])


def test_maps_are_attention_weights(feats):
    neck = MultiScaleTPM(channels=16, windows=(2, ), num_heads=2, keep_maps=True).eval()
    weights = neck(feats).maps['tpm']
    assert weights.shape == (3, 4, 2, 5, 5)
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 4, 2, 5))
    assert (weights[1, :, :, :3, 3:] == 0).all(), 'valid segments give nothing to padding'

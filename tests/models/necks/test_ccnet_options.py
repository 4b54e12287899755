"""What of CMCC and MTGC a config can switch."""
import pytest
import torch

from avreg.models.necks import CMCC, MTGC, UnimodalEncoder
from tests.models.conftest import D, LENGTHS, make_features

SMALL = dict(max_length=8, num_levels=2, num_heads=2)


def cmcc(**options) -> CMCC:
    torch.manual_seed(0)
    return CMCC(channels=D, path_scale=1.0, **{**SMALL, **options}).eval()


def mtgc(**options) -> MTGC:
    torch.manual_seed(0)
    return MTGC(channels=D, num_classes=3, class_channels=4, path_scale=1.0, **{**SMALL, **options}).eval()


def levels(neck, feats=None) -> list[torch.Tensor]:
    with torch.no_grad():
        return [level.features for level in neck(feats or make_features()).pyramid]


@pytest.mark.parametrize('options', [dict(interaction=False), dict(gates=False), dict(interaction=False, gates=False)], ids=str)
def test_each_branch_of_cmcc_counts(options):
    feats = make_features()
    neck = cmcc(**options)
    whole, part = levels(cmcc()), levels(neck)
    assert [x.shape for x in whole] == [x.shape for x in part] == [(3, n, 2 * D) for n in LENGTHS]
    assert all((a - b).abs().max() > 1e-3 for a, b in zip(whole, part))
    assert ('gate_audio_0' in neck(feats).maps) == options.get('gates', True)
    if len(options) == 2:
        # Nothing but the pair, and its maximum over three steps.
        assert list(neck.parameters()) == []
        torch.testing.assert_close(part[0][:, :5, :D], feats.visual)
        torch.testing.assert_close(part[1][0, 1, D:], feats.audio[0, 1:4].amax(0))


def test_without_the_interaction_no_sense_hears_of_the_other_but_through_the_gates():
    feats = make_features()
    other = feats.replace(audio=feats.audio.flip(-1))
    for options, alike in ((dict(interaction=False, gates=False), True), (dict(interaction=False), False), (dict(gates=False), False)):
        a, b = (levels(cmcc(**options), f)[0][..., :D] for f in (feats, other))
        assert torch.allclose(a, b) == alike


@pytest.mark.parametrize('options', [dict(coarse_to_fine=False), dict(fine_to_coarse=False), dict(temporal_dependency=False),
                                     dict(order='f2c_c2f'), dict(coarse_to_fine=False, fine_to_coarse=False)], ids=str)
def test_each_part_of_mtgc_counts(options):
    neck = mtgc(**options)
    with torch.no_grad():
        # The same weights in the parts that both have.
        neck.load_state_dict(mtgc().state_dict(), strict=False)
    whole, part = levels(mtgc()), levels(neck)
    assert [x.shape for x in whole] == [x.shape for x in part]
    assert any((a - b).abs().max() > 1e-3 for a, b in zip(whole, part))


def test_mtgc_without_anything_is_the_identity():
    neck = mtgc(coarse_to_fine=False, fine_to_coarse=False, temporal_dependency=False)
    assert all(torch.equal(a, b.features) for a, b in zip(levels(neck), make_features().pyramid))


def test_a_batch_is_its_videos_unless_the_published_masks_are_asked_for():
    feats = make_features(lengths=(5, 3, 2))
    for tiled in (False, True):
        neck = mtgc(tiled_masks=tiled)
        whole = levels(neck, feats)
        apart = 0.0
        for b in range(3):
            alone = levels(neck, feats.replace(pyramid=[level.rows(torch.tensor([b])) for level in feats.pyramid]))
            apart = max(apart, *((x[b] - y[0]).abs().max().item() for x, y in zip(whole, alone)))
        assert (apart > 1e-3) == tiled


@pytest.mark.parametrize('training', [False, True])
def test_with_and_without_gradients_the_same_numbers(training):
    neck = mtgc(drop_path=0.0).train(training)
    with torch.enable_grad():
        learned = [level.features for level in neck(make_features()).pyramid]
    for a, b in zip(learned, levels(neck)):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)


def test_every_parameter_gets_a_gradient():
    feats = make_features().replace(pyramid=None)
    necks = [UnimodalEncoder(channels=D, max_length=8, num_heads=2), cmcc(), MTGC(channels=2 * D, num_classes=3, class_channels=4, **SMALL)]
    for neck in necks:
        feats = neck.train()(feats)
    sum(level.features.square().sum() for level in feats.pyramid).backward()
    assert [name for neck in necks for name, p in neck.named_parameters() if p.grad is None] == []


def test_stochastic_depth_drops_whole_sequences():
    torch.manual_seed(0)
    neck = MTGC(channels=D, num_classes=3, temporal_dependency=False, fine_to_coarse=False, drop_path=0.5, path_scale=1.0,
                **SMALL).train()
    outcomes = {tuple(torch.isclose(x, y.features).all(2).all(1).tolist())
                for _ in range(40) for x, y in [(neck(make_features(lengths=(8, 8, 8))).pyramid[0].features,
                                                 make_features(lengths=(8, 8, 8)).pyramid[0])]}
    # Both paths of a video dropped: it comes out as it went in, whatever the others do.
    assert len(outcomes) > 4


@pytest.mark.parametrize('cls', [UnimodalEncoder, CMCC])
def test_a_longer_clip_is_refused(cls):
    neck = cls(channels=D, max_length=4, num_heads=2)
    with pytest.raises(ValueError, match=rf'{type(neck).__name__}\(max_length=4\) got a clip of 5 segments.*CropEvents\(max_length=4\)'):
        neck(make_features())


def test_other_levels_and_orders_are_refused():
    with pytest.raises(ValueError, match=r'built for levels of \[16, 8\] steps.*but the pyramid has \[8, 4\]'):
        mtgc(max_length=16)(make_features())
    with pytest.raises(ValueError, match="the orders are 'c2f_f2c' and 'f2c_c2f'"):
        mtgc(order='both')

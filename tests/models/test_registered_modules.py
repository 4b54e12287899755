"""Properties that every registered neck and head must have, whoever adds it."""
import dataclasses
import inspect

import pytest
import torch
from torch import nn

from avreg.benchmarks import get_card
from avreg.models.heads import (DenseEventHead, EventLocalizationHead, ParsingHead, QuestionAnsweringHead, QuestionGroundingHead,
                                SegmentationHead, SoundSourceHead, SourceLocalizationHead)
from avreg.models.necks import MTGC
from avreg.registry import MODELS
from tests.models.conftest import make_features
from tests.models.samples import make_samples

MODELS.import_from_location()

# Every head and what it learns; written down, so that a head that breaks for one of its benchmarks fails.
BENCHMARKS = {
    DenseEventHead: ('unav100', ), EventLocalizationHead: ('ave', ), ParsingHead: ('llp', ), QuestionAnsweringHead: ('avqa', 'music_avqa'),
    QuestionGroundingHead: ('avqa', 'music_avqa'), SegmentationHead: ('avs_s4', 'avs_ms3', 'avss'),
    SoundSourceHead: ('f_music', 'f_lifescene'), SourceLocalizationHead: ('vggss', 'flickr_soundnet'),
}
HEAD_CASES = [pytest.param(cls, name, id=f'{cls.__name__}-{name}') for cls, names in BENCHMARKS.items() for name in names]


def registered(package: str) -> list[type]:
    """Classes of MODELS below ``avreg.models.<package>``."""
    return [cls for cls in MODELS.module_dict.values() if cls.__module__.startswith(f'avreg.models.{package}.')]


def build(cls: type, **extra) -> nn.Module:
    """A small one, with as few arguments as possible."""
    torch.manual_seed(0)
    known = inspect.signature(cls).parameters
    wanted = {**dict(channels=16, num_heads=2, in_channels=(4, 6, 8, 8), audio_channels=16, max_length=8, num_levels=2, top_k=4,
                     class_channels=4, head_channels=8, ranges=((0, 4), (4, 100)), drop_path=0.0), **extra}
    return cls(**{k: v for k, v in wanted.items() if k in known}).eval()


def build_head(cls: type, benchmark: str) -> nn.Module:
    """One for this benchmark, or for all that it serves at once."""
    extra = dict(benchmarks=dict(avs_s4=1, avs_ms3=1, avss=71), matching=('avs_ms3', )) if cls is SegmentationHead else {}
    return build(cls, num_classes=len(get_card(benchmark).labels), **extra)


def tensors(value, name: str = '') -> dict[str, torch.Tensor]:
    """Every tensor in features, levels, selections, lists and dicts, by its place."""
    if isinstance(value, torch.Tensor):
        return {name: value}
    if dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    elif isinstance(value, (list, tuple)):
        value = dict(enumerate(value))
    return {key: tensor for part, item in value.items() for key, tensor in tensors(item, f'{name}.{part}').items()} if isinstance(
        value, dict) else {}


def copied(feats) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in tensors(feats).items()}


def assert_unchanged(feats, copies):
    now = tensors(feats)
    assert now.keys() == copies.keys()
    assert [name for name, copy in copies.items() if not torch.equal(now[name], copy)] == []


def padded(feats, garbage: float):
    """Two segments longer, with garbage where nothing is valid."""
    B, T = feats.valid.shape
    changes = {}

    def longer(x: torch.Tensor) -> torch.Tensor:
        x = torch.where(feats.valid.view(B, T, *[1] * (x.ndim - 2)), x, garbage)
        return torch.cat([x, torch.full((B, 2, *x.shape[2:]), garbage)], dim=1)

    for name in ('audio', 'visual', 'patches', 'spatial_audio', 'encoded_audio', 'encoded_visual', 'encoded_patches'):
        changes[name] = longer(getattr(feats, name))
    changes['frames'] = longer(feats.frames)
    for name in ('pixels', 'fused'):
        changes[name] = [longer(x) for x in getattr(feats, name)]
    # Levels have one length whatever the batch: garbage only.
    changes['pyramid'] = [level.replace(torch.where(level.valid.unsqueeze(-1), level.features, garbage)) for level in feats.pyramid]
    return feats.replace(valid=torch.cat([feats.valid, torch.zeros(B, 2, dtype=torch.bool)], 1), **changes)


def assert_valid_equal(a, b, valid, name):
    T = valid.shape[1]
    torch.testing.assert_close(a[valid], b[:, :T][valid], atol=1e-5, rtol=1e-5, msg=lambda m: f'{name}: {m}')


@pytest.mark.parametrize('cls', registered('necks'), ids=lambda c: c.__name__)
def test_neck_keeps_padding_out(cls):
    feats = make_features()
    neck = build(cls)
    clean, dirty = neck(feats), neck(padded(feats, 50.0))
    for field in ('audio', 'visual', 'patches', 'spatial_audio'):
        assert_valid_equal(getattr(clean, field), getattr(dirty, field), feats.valid, field)
    for field in ('pixels', 'fused'):
        for a, b in zip(getattr(clean, field), getattr(dirty, field), strict=True):
            assert_valid_equal(a, b, feats.valid, field)
    for a, b in zip(clean.pyramid, dirty.pyramid):
        assert_valid_equal(a.features, b.features, a.valid, 'pyramid')
    held, chosen = tensors(clean.selection), tensors(dirty.selection)
    assert held.keys() == chosen.keys() and torch.equal(held['.valid'], chosen['.valid'])
    for name in held:
        assert_valid_equal(held[name], chosen[name], held['.valid'], f'selection{name}')


@pytest.mark.parametrize('cls', registered('necks'), ids=lambda c: c.__name__)
def test_neck_does_not_write_into_its_input(cls):
    feats = make_features()
    copies = copied(feats)
    assert build(cls)(feats) is not feats
    assert_unchanged(feats, copies)


@pytest.mark.parametrize('cls', registered('necks'), ids=lambda c: c.__name__)
def test_neck_names_itself_and_the_missing_field(cls):
    field = 'pyramid' if cls is MTGC else 'audio'
    with pytest.raises(ValueError, match=rf'{cls.__name__} needs AVFeatures\.{field}, which is missing'):
        build(cls)(make_features().replace(**{field: None}))


@pytest.mark.parametrize('cls', registered('necks'), ids=lambda c: c.__name__)
def test_neck_is_permutation_equivariant_over_the_batch(cls):
    feats, order = make_features(), [2, 0, 1]
    neck = build(cls)
    fields = ('audio', 'visual', 'patches', 'spatial_audio', 'text', 'words', 'words_valid', 'valid', 'prompt')
    pyramid = [level.rows(torch.tensor(order)) for level in feats.pyramid]
    pixels = [stage[order] for stage in feats.pixels]
    out, permuted = neck(feats), neck(feats.replace(pyramid=pyramid, pixels=pixels, **{n: getattr(feats, n)[order] for n in fields}))
    for a, b in zip(out.pyramid, permuted.pyramid):
        torch.testing.assert_close(a.features[order], b.features)
    for name in ('audio', 'visual', 'patches'):
        torch.testing.assert_close(getattr(out, name)[order], getattr(permuted, name))


@pytest.mark.parametrize('cls, benchmark', HEAD_CASES)
def test_head_keeps_padding_out_and_does_not_write_into_its_input(cls, benchmark):
    feats = make_features()
    head = build_head(cls, benchmark)
    copies = copied(feats)
    clean = head.loss(feats, make_samples(benchmark))
    dirty = head.loss(padded(feats, 50.0), make_samples(benchmark))
    for name in clean:
        torch.testing.assert_close(clean[name], dirty[name], atol=1e-5, rtol=1e-5)
    a = head.predict(feats, make_samples(benchmark))
    b = head.predict(padded(feats, 50.0), make_samples(benchmark))
    for x, y in zip(a, b):
        for key in x.keys():
            if isinstance(x.get(key), list):
                assert x.get(key) == y.get(key)
            elif key.startswith('pred_'):
                torch.testing.assert_close(x.get(key), y.get(key), atol=1e-5, rtol=1e-5)
    assert_unchanged(feats, copies)


def test_every_head_stands_in_the_list():
    assert set(BENCHMARKS) == set(registered('heads'))


@pytest.mark.parametrize('cls, benchmark', HEAD_CASES)
def test_head_gives_every_parameter_a_gradient(cls, benchmark):
    head = build_head(cls, benchmark).train()
    sum(head.loss(make_features(), make_samples(benchmark)).values()).backward()
    # A head of several benchmarks has parts that are another one's.
    others = tuple(f'outputs.{name}.' for name in getattr(head, 'benchmarks', ()) if name != benchmark)
    assert [name for name, p in head.named_parameters() if p.grad is None and not name.startswith(others)] == []

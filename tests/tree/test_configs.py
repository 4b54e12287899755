"""Every config of the checkout loads, passes the check, builds, and takes a step for each of its benchmarks."""
from pathlib import Path

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from avreg.config import check_config, load_config
from avreg.models.backbones import FeatureIdentity
from avreg.registry import MODELS
from tests.models import tiny_clip, tiny_llava
from tests.models.samples import make_samples

REPO = Path(__file__).resolve().parents[2]
CONFIGS = sorted(str(p.relative_to(REPO)) for folder in ('configs', 'plugins') for p in (REPO / folder).rglob('*.py')
                 if '_base_' not in p.parts and (folder == 'configs' or 'configs' in p.relative_to(REPO).parts) and p.name != '__init__.py')


def tiny_batch(benchmark: str, side: int = 112, end_of_text: int = 9, features: dict[str, int] | None = None,
               captions: tuple[int, int] | None = None) -> dict:
    """Two clips of 2 and 3 seconds; ``features`` gives the widths of stored ones, ``captions`` what begins and ends a caption."""
    g = torch.Generator().manual_seed(0)
    lengths = (2, 3)
    inputs = dict(audio=[torch.randn(n, 1, 96, 64, generator=g) for n in lengths],
                  visual=[torch.randint(256, (n, 3, side, side), generator=g, dtype=torch.uint8) for n in lengths],
                  text=[torch.tensor([5, 6, end_of_text]), torch.tensor([8, end_of_text])])
    inputs['prompt'] = inputs['text'][::-1]
    if benchmark == 'avqa':
        inputs['choices'] = [torch.tensor([[5, end_of_text]] * 4), torch.tensor([[5, 6, end_of_text]] * 4)]
    if features:
        shapes = dict(audio=lambda n: (n, ), visual=lambda n: (n, ), patches=lambda n: (n, 14), text=lambda n: (), prompt=lambda n: ())
        inputs = {kind: [torch.randn(*shapes[kind](n), width, generator=g) for n in lengths] for kind, width in features.items()}
    samples = make_samples(benchmark, lengths)
    if captions:
        for sample in samples:
            sample.gt_captions = torch.where(sample.gt_captions == 1, captions[0], torch.where(sample.gt_captions == 2, captions[1], sample.gt_captions))
    return dict(inputs=inputs, data_samples=samples)


def test_there_are_configs():
    assert 'configs/avunified/all_tasks.py' in CONFIGS and any(c.startswith('plugins/example/') for c in CONFIGS)


def select_two(cfg) -> None:
    """Let TopKTPM choose: clips of three segments at most have nothing to choose from where ten are selected."""
    for neck in cfg.model.get('necks') or ():
        if neck.get('top_k'):
            neck.top_k = 2


def with_small_weights(cfg, folder: Path) -> dict:
    """Smaller sizes of the pretrained encoders, with weights that are random, in place of downloads; arguments of tiny_batch."""
    if all(backbone.type is FeatureIdentity for backbone in cfg.model.backbones.values()):
        if 'unav100' in cfg.model.heads:
            # 240 million parameters: narrower from the second layer on.
            for module, width in zip([*cfg.model.necks, *cfg.model.heads.values()], (16, 16, 32, 32)):
                module.channels = width
            cfg.model.necks[2].class_channels = cfg.model.heads.unav100.head_channels = 8
        return dict(features={kind: backbone.width for kind, backbone in cfg.model.backbones.items()})
    if not any('checkpoint' in backbone for backbone in cfg.model.backbones.values()):
        return {}
    tiny_clip.make_clip(folder)
    if cfg.model.heads.keys() == {'f_music'}:
        return with_small_ssuformer(cfg, folder)
    for name in ('visual', 'text'):
        cfg.model.backbones[name].update(variant=None, checkpoint=str(folder))
    cfg.model.backbones.audio.checkpoint = None
    if 'pyramid' in cfg.model.backbones:
        cfg.model.backbones.pyramid.update(variant='b0', checkpoint=None)
        cfg.model.heads.segmentation.in_channels = (32, 64, 160, 256)
    if cfg.model.backbones.visual.get('num_tokens'):
        cfg.model.backbones.visual.update(num_tokens=7, merge_rate=None)
    # Who projects the encoders' own widths is told theirs.
    own = dict(query_channels=tiny_clip.PROJECTED, text_channels=tiny_clip.PROJECTED, patch_channels=tiny_clip.VISUAL)
    for module in (*cfg.model.necks, *cfg.model.heads.values()):
        module.update({key: width for key, width in own.items() if key in module})
        if 'widths' in module:
            module.widths.visual = tiny_clip.PROJECTED
    return dict(side=tiny_clip.IMAGE, end_of_text=len(tiny_clip.vocabulary()) - 1)


def with_small_ssuformer(cfg, folder: Path) -> dict:
    """As with_small_weights: the encoders are elsewhere, and captions are of CLIP's tokens."""
    tiny_llava.make_llava(folder / 'llava')
    head, last = cfg.model.heads.f_music, len(tiny_clip.vocabulary()) - 1
    cfg.model.backbones.audio.checkpoint = None
    cfg.model.backbones.visual.update(variant='b0', checkpoint=None)
    cfg.model.necks[0].in_channels = head.in_channels = (32, 64, 160, 256)
    head.captions.tokenizer.folder = str(folder)
    head.region_encoder.update(variant=None, checkpoint=str(folder))
    head.expert.update(checkpoint=str(folder / 'llava'), prompt=tiny_llava.PROMPT, cache=str(folder / 'cache'))
    return dict(side=tiny_clip.IMAGE, captions=(last - 1, last))


@pytest.mark.parametrize('path', CONFIGS)
def test_config_builds_and_takes_a_step(path, tmp_path):
    cfg = load_config(REPO / path)
    check_config(cfg)
    sizes = with_small_weights(cfg, tmp_path)
    select_two(cfg)
    init_default_scope('avreg')
    torch.manual_seed(0)
    model = MODELS.build(cfg.model).train()
    optim_wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    benchmarks = [dataset.type.benchmark for dataset in cfg.train_dataloader.dataset.datasets]
    for benchmark in benchmarks:
        losses = model.train_step(tiny_batch(benchmark, **sizes), optim_wrapper)
        assert torch.isfinite(losses['loss']), benchmark
    assert cfg.train_dataloader.dataset and cfg.test_evaluator
    # One may have no val split, or no test of its own; what is trained on is scored somewhere.
    assert set(cfg.val_evaluator.metrics) <= set(benchmarks) <= set(model.head_names)
    assert set(benchmarks) <= {*cfg.val_evaluator.metrics, *cfg.test_evaluator.metrics}
    assert all(set(benchmarks) & {b for b, name in model.head_names.items() if name == head} for head in cfg.model.heads), 'no idle head'


@pytest.mark.parametrize('path', CONFIGS)
def test_config_says_what_it_is_and_how_to_run_it(path):
    text = (REPO / path).read_text()
    assert text.startswith('"""'), 'a config opens with a docstring'
    assert f'python tools/train.py {path}' in text, 'its docstring gives the command'

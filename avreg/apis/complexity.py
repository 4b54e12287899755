"""What a model costs: parameters, operations and time for a sample."""
from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch
from mmengine.config import ConfigDict
from mmengine.dataset import pseudo_collate
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from avreg.benchmarks import get_card
from avreg.config import benchmark_of
from avreg.models import AVModel
from avreg.models.experts import LlavaExpert
from avreg.structures import AVDataSample

# Sides of the frames where no pipeline says, and words of a sentence.
_SIDE, _WORDS = 112, 12


@dataclasses.dataclass(frozen=True)
class PartCost:
    """A backbone, the necks or a head.

    Args:
        name: as in the config, ``backbones.audio``.
        kind: its class.
        parameters: all of them.
        trainable: those that learn.
        flops: of one sample; a multiplication and an addition are two.
    """

    name: str
    kind: str
    parameters: int
    trainable: int
    flops: int


def measure_flops(model: AVModel, item: dict) -> list[PartCost]:
    """Parameters and operations of each part that a sample passes.

    Counted by torch's FlopCounterMode: products of matrices, convolutions and attention, and nothing between them.

    Args:
        model: in evaluation mode.
        item: a sample as the pipeline gives it.
    """
    fastpath = torch.backends.mha.get_fastpath_enabled()
    counter = FlopCounterMode(display=False)
    try:
        # Fused attention would be one operation that is not counted.
        torch.backends.mha.set_fastpath_enabled(False)
        with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), counter:
            model.test_step(pseudo_collate([item]))
    finally:
        torch.backends.mha.set_fastpath_enabled(fastpath)
    counts = {name: sum(operations.values()) for name, operations in counter.get_flop_counts().items()}
    _, head = model.head_of([item['data_samples']])
    prefix = type(model).__name__
    return [PartCost(name, type(part).__name__, *_count(part), counts.get(f'{prefix}.{name}', 0)) for name, part in _parts(model, head)]


def measure_time(model: AVModel, item: dict, batch_size: int = 1, repeats: int = 10) -> float:
    """Median milliseconds a sample of prediction, from inputs in memory on.

    Args:
        model: in evaluation mode.
        item: a sample as the pipeline gives it.
        batch_size: copies of it that are predicted together. (Questions about one clip share its features; copies of a question do too.)
        repeats: measurements, after one that does not count.
    """
    times = []
    for _ in range(repeats + 1):
        batch = pseudo_collate([{'inputs': item['inputs'], 'data_samples': item['data_samples'].clone()} for _ in range(batch_size)])
        _synchronize(model)
        start = time.perf_counter()
        with torch.no_grad():
            model.test_step(batch)
        _synchronize(model)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times[1:]) / batch_size


def made_up_item(dataset: ConfigDict, model_cfg: ConfigDict) -> dict:
    """A sample of the shapes that a dataset's pipeline would give, for data that are not there.

    Args:
        dataset: config of a dataset.
        model_cfg: config of the model, which tells the widths of stored features.
    """
    card = get_card(benchmark_of(dataset))
    steps = list(_steps(dataset.get('pipeline', ())))
    names = [_name(step['type']) for step in steps]
    T = dataset.get('num_segments') or card.num_segments
    size = _SIDE
    for name, step in zip(names, steps):
        if name == 'ThinSegments':
            T = -(-T // step['step'])
        elif name == 'Resize':
            size = step['size']
    # Where the steps of a clip are no segments of the benchmark, the necks that it passes say how many there can be.
    only = model_cfg.get('only') or {}
    T = min((neck['max_length'] for neck in model_cfg.get('necks', ()) if 'max_length' in neck
             and card.name in only.get(_name(neck['type']), (card.name, ))), default=T)
    height, width = (size, size) if isinstance(size, int) else size
    g = torch.Generator().manual_seed(0)
    widths = {backbone.field: backbone.width for backbone in model_cfg.backbones.values() if {'field', 'width'} <= backbone.keys()}
    if widths:
        shapes = dict(audio=(T, ), visual=(T, ), patches=(T, 14), text=(), prompt=())
        inputs = {kind: torch.randn(*shapes[kind], D, generator=g) for kind, D in widths.items()}
    else:
        frames = 1 if 'LoadPair' in names else T
        # The last token of every vocabulary of CLIP ends a text; for words any will do.
        end = next((backbone.vocab_size - 1 for backbone in [_text_config(model_cfg)] if backbone), 2)
        sentence = torch.tensor([2] * (_WORDS - 1) + [end])
        inputs = dict(audio=torch.randn(T, 1, 96, 64, generator=g), text=sentence,
                      visual=torch.randint(256, (frames, 3, height, width), generator=g, dtype=torch.uint8))
        if 'ConstructPrompt' in names:
            inputs['prompt'] = sentence
        if card.name == 'avqa':
            inputs['choices'] = sentence.expand(len(card.labels), -1)
    sample = AVDataSample(metainfo=dict(benchmark=card.name, sample_id='made up', duration=float(T)))
    # The pixel decoders predict at the size of the masks.
    if card.name.startswith('avs') or card.name in ('f_music', 'f_lifescene'):
        masks = torch.zeros(T, height, width, dtype=torch.int64)
        sample.set_field(masks, 'gt_masks')
        sample.set_field(torch.ones(T, dtype=torch.bool), 'labelled')
    return dict(inputs=inputs, data_samples=sample)


def _name(kind: str | type) -> str:
    """Of a class in a config, without its scope."""
    return kind.rpartition('.')[2] if isinstance(kind, str) else kind.__name__


class MadeUpTokens:
    """A tokenizer of which there is only the size, that of CLIP's, for captions that nobody reads. A sentence never ends of itself."""

    start, end = 49406, 49407

    def __len__(self) -> int:
        return 49408

    def decode(self, ids: Iterable[int]) -> str:
        """No text."""
        return ''


def without_missing_files(model_cfg: ConfigDict, name: str = 'model') -> list[str]:
    """Put what costs the same in the place of pretrained parts whose files are not there: random weights, tokens without text. A large
    model that is asked only once a clip, and whose answers are kept (LlavaExpert), is left out. Changes the config; gives a line for each.

    Args:
        model_cfg: config of the model, or a part of it.
        name: of that part.
    """
    notes = []
    for key, part in model_cfg.items():
        if not isinstance(part, dict):
            continue
        where, folder = f'{name}.{key}', part.get('checkpoint') or part.get('folder')
        if not folder or Path(folder).exists():
            notes += without_missing_files(part, where)
        elif part['type'] in (LlavaExpert, 'LlavaExpert'):
            notes.append(f'{where}: {folder} is not there; left out')
            model_cfg[key] = None
        elif 'checkpoint' in part:
            notes.append(f'{where}: {folder} is not there; random weights')
            part['checkpoint'] = None
        else:
            notes.append(f'{where}: {folder} is not there; as many tokens, without text')
            model_cfg[key] = ConfigDict(type=MadeUpTokens)
    return notes


def _text_config(model_cfg: ConfigDict):
    """The text tower's configuration, where the text encoder is CLIP's."""
    from avreg.models.backbones import CLIPTextEncoder
    from avreg.models.checkpoints import clip_config
    text = model_cfg.backbones.get('text')
    if text is None or text['type'] not in (CLIPTextEncoder, 'CLIPTextEncoder'):
        return None
    return clip_config(text.get('variant', 'ViT-L/14'), text.get('checkpoint')).text_config


def _steps(pipeline) -> Iterator[dict]:
    """The transforms of a pipeline, those inside Cached too."""
    for step in pipeline:
        yield from _steps(step.get('transforms', ()))
        yield step


def _parts(model: AVModel, head: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    for group in ('backbones', 'necks'):
        yield from ((f'{group}.{name}', part) for name, part in getattr(model, group).named_children())
    yield from ((f'heads.{name}', part) for name, part in model.heads.items() if part is head)


def _count(module: nn.Module) -> tuple[int, int]:
    """Parameters, and those that learn."""
    return (sum(p.numel() for p in module.parameters()), sum(p.numel() for p in module.parameters() if p.requires_grad))


def _synchronize(model: nn.Module) -> None:
    """Wait for a GPU."""
    p: Tensor | None = next(model.parameters(), None)
    if p is not None and p.is_cuda:
        torch.cuda.synchronize(p.device)

"""Time CCNet against a plain implementation at the official shapes: python tools/analysis/benchmark_ccnet.py

Inference, training step (forward, losses, backward), label assignment and soft-NMS, once with glibc's default allocator and once with big
blocks kept (what tools/train.py and tools/test.py set), in turn, on the same inputs and weights. Times are those of the processor, system
calls (page faults) included, on one thread; of some turns the fastest counts. The largest difference of the results stands beside them.
"""
import argparse
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from avreg.models.checkpoints import convert_ccnet
from avreg.models.layers import temporal_nms
from avreg.registry import MODELS
from avreg.structures import AVDataSample

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reference.ccnet import PlainCCNet, plain_losses, plain_soft_nms, plain_targets  # noqa: E402

KEEP = {'MALLOC_MMAP_THRESHOLD_': str(1 << 30), 'MALLOC_TRIM_THRESHOLD_': str((1 << 31) - 1)}
VISUAL, AUDIO, D, K, T, LEVELS, E = 2048, 128, 512, 100, 256, 6, 128


def compare(name: str, ours: Callable, plain: Callable, turns: int, difference: Callable) -> None:
    """Run both in turn, print the fastest time of each, the ratio and how far the results are apart.

    A turn is a single call of each, and for what is short a second line says what a call takes in a row of calls that lasts 50 ms.
    """
    first, rows, faults, results = [1e9, 1e9], [1e9, 1e9], [0, 0], [None, None]
    for _ in range(turns):
        for i, function in enumerate((ours, plain)):
            before, start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt, time.process_time()
            results[i] = function()
            first[i] = min(first[i], time.process_time() - start)
            faults[i] = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    short = first[0] < 0.01
    for _ in range(turns if short else 0):
        for i, function in enumerate((ours, plain)):
            calls, start = math.ceil(0.05 / first[i]), time.process_time()
            for _ in range(calls):
                function()
            rows[i] = min(rows[i], (time.process_time() - start) / calls)
    print(f'{name:<18} ours {1000 * first[0]:9.2f} ms  plain {1000 * first[1]:9.1f} ms  {first[1] / first[0]:6.2f} times  '
          f'page faults {faults[0]:>8} and {faults[1]:>8}  difference {difference(*results):.1e}', flush=True)
    if short:
        print(f'{"  in a row":<18} ours {1000 * rows[0]:9.2f} ms  plain {1000 * rows[1]:9.1f} ms  {rows[1] / rows[0]:6.2f} times', flush=True)


def relative(a: torch.Tensor, b: torch.Tensor) -> float:
    """Largest difference, as a share of the largest value (at least 1)."""
    return float((a - b).abs().max() / b.abs().max().clamp(min=1))


def block_flop(steps: int, channels: int, hidden: int) -> int:
    """Of the linear layers of a block."""
    return 2 * steps * channels * (4 * channels + 2 * hidden)


def floor_seconds(batch: int, rows: int = 512) -> tuple[float, float]:
    """GFLOP of the matrix products in a forward pass of ``batch`` videos, and their seconds at the speed of one large product."""
    flop = 2 * 3 * T * D * (VISUAL + AUDIO + 2 * D) + 4 * (block_flop(T, D, 4 * D) + 4 * T**2 * D)
    for i in range(LEVELS):
        length = T >> i
        # CMCC: two blocks and two gates; C2F and F2C.
        flop += 2 * (block_flop(length, D, 4 * D) + 4 * length**2 * D) + 2 * (2 * length * 3 * D**2 + 4 * length**2 * D)
        flop += (block_flop(length, 2 * D, 8 * D) + 4 * length**2 * 2 * D) * ((i < LEVELS - 1) + (i > 0))
        # TDM: convolutions, channel attention, both branches.
        flop += 2 * 3 * length * 2 * D * (2 * K * E + E) + 2 * length**2 * K * E + 2 * block_flop(length * K, E, E)
        flop += 4 * K * length**2 * E + 4 * length * K**2 * E
        # Heads.
        flop += 2 * 3 * length * (2 * (2 * D * D + D * D) + D * 3 * K)
    x, w, times = torch.randn(rows, 3 * 2 * D), torch.randn(K * E, 3 * 2 * D), []
    for _ in range(3):
        start = time.process_time()
        x @ w.t()
        times.append(time.process_time() - start)
    speed = 2 * rows * 3 * 2 * D * K * E / min(times)
    return batch * flop / 1e9, batch * flop / speed


def networks() -> tuple[torch.nn.Module, PlainCCNet]:
    """Both with the same random weights, at which no path is closed."""
    torch.manual_seed(0)
    plain = PlainCCNet(VISUAL, AUDIO, D, D, K, T, LEVELS)
    with torch.no_grad():
        for name, p in plain.named_parameters():
            if name.endswith('.scale') and p.ndim:
                p.fill_(1.0)
        plain.cls_head.cls_head.conv.bias.fill_(-4.6)
    with torch.device('meta'):
        ours = MODELS.build(dict(
            type='AVModel',
            backbones=dict(audio=dict(type='FeatureIdentity', field='audio', width=AUDIO),
                           visual=dict(type='FeatureIdentity', field='visual', width=VISUAL)),
            necks=[dict(type='UnimodalEncoder', audio_channels=AUDIO, visual_channels=VISUAL, drop_path=0.0),
                   dict(type='CMCC', drop_path=0.0), dict(type='MTGC', drop_path=0.0)],
            heads=dict(unav100=dict(type='DenseEventHead'))))
    buffers = dict(MODELS.build(dict(type='UnimodalEncoder', channels=D, depth=0)).named_buffers())
    head = MODELS.build(dict(type='DenseEventHead', channels=8, head_channels=8))
    ours.load_state_dict(convert_ccnet(plain.state_dict())[0], assign=True)
    ours.necks[0].position, ours.heads['unav100'].points = buffers['position'], head.points
    return ours.requires_grad_(), plain


def events(batch: int) -> list[list[tuple[float, float, int]]]:
    """Random true events, grid steps, as many as the fullest videos have."""
    rng = np.random.default_rng(0)
    out = []
    for _ in range(batch):
        start = rng.uniform(0, 200, 23)
        out.append([(float(s), float(s + d), int(k)) for s, d, k in zip(start, np.exp(rng.uniform(0, 5, 23)), rng.integers(0, K, 23))])
    return out


def run(args: argparse.Namespace) -> None:
    """All comparisons, in this process."""
    torch.set_num_threads(args.threads)
    g = torch.Generator().manual_seed(0)
    if 'label assignment' in args.only:
        label_assignment(args)
    if 'soft-NMS' in args.only:
        soft_nms(args)
    if not {'inference', 'training step'} & set(args.only):
        return
    B = args.batch
    ours, plain = networks()
    visual, audio = torch.randn(B, T, VISUAL, generator=g), torch.randn(B, T, AUDIO, generator=g)
    lengths = torch.tensor([T - args.padding * b for b in range(B)])
    valid = torch.arange(T) < lengths[:, None]
    inputs = dict(visual=visual, audio=audio, valid=valid, clip=torch.arange(B))
    first, mask = [x.transpose(1, 2).contiguous() for x in (visual, audio)], valid.unsqueeze(1)
    head, true = ours.heads['unav100'], events(B)
    samples = []
    for of_video in true:
        sample = AVDataSample(metainfo=dict(benchmark='unav100', duration=60.0))
        spans = torch.tensor([e[:2] for e in of_video], dtype=torch.float64)
        sample.gt_spans, sample.gt_span_labels = head.grid.to_seconds(spans), torch.tensor([e[2] for e in of_video])
        samples.append(sample)

    def our_outputs():
        return head(ours.extract_feat(inputs, 'unav100'))

    def plain_outputs():
        logits, offsets, masks = plain(*first, mask)
        return torch.cat(logits, 1), torch.cat(offsets, 1), torch.cat(masks, 2)[:, 0]

    with torch.no_grad():
        gflop, seconds = floor_seconds(B)
        print(f'arithmetic floor of a forward pass of {B} videos: {gflop:.0f} GFLOP, {1000 * seconds:.0f} ms at the speed of one large '
              'product')
        if 'inference' in args.only:
            ours.eval(), plain.eval()
            compare('inference', our_outputs, plain_outputs, args.turns, lambda a, b: max(relative(a[0], b[0]), relative(a[1], b[1])))
    if 'training step' in args.only:
        ours.train(), plain.train()
        points = head.points([T >> i for i in range(LEVELS)], [2**i for i in range(LEVELS)])
        made = [plain_targets(points.tolist(), of_video, K) for of_video in true]
        classes, targets = (torch.from_numpy(np.stack(x)) for x in zip(*made))
        watched = ours.necks[0].visual.convs[0].weight, plain.backbone.embd_V[0].conv.weight

        def our_step():
            head.normalizer.fill_(250.0)
            ours.zero_grad()
            sum(ours(inputs, samples, 'loss').values()).backward()
            return watched[0].grad.permute(1, 2, 0) if not ours.necks[0].visual.convs[0].gathers else watched[0].grad.transpose(1, 2)

        def plain_step():
            plain.zero_grad()
            logits, offsets, kept = plain_outputs()
            positive = int(((classes > 0).any(2) & kept).sum())
            sum(plain_losses(logits, offsets, kept, classes, targets, 0.9 * 250 + 0.1 * max(positive, 1))).backward()
            return watched[1].grad

        compare('training step', our_step, plain_step, args.turns, lambda a, b: float((a - b).abs().max() / b.abs().max()))
        print('  (its difference is that of the gradient of the first layer, as a share of its largest entry)')


def label_assignment(args: argparse.Namespace) -> None:
    """A batch of 16, as the paper's."""
    head = MODELS.build(dict(type='DenseEventHead', channels=8, head_channels=8))
    levels = [T >> i for i in range(LEVELS)], [2**i for i in range(LEVELS)]
    points = head.points(*levels)
    true, listed = events(16), points.tolist()
    spans, labels = torch.tensor([[e[:2] for e in video] for video in true]), torch.tensor([[e[2] for e in video] for video in true])

    def plain():
        made = [plain_targets(listed, video, K) for video in true]
        return [torch.from_numpy(np.stack(x)) for x in zip(*made)]

    def apart(ours, plain) -> float:
        classes, offsets = ours.dense(16, len(points), K)
        return max(relative(classes, plain[0]), relative(offsets, plain[1]))

    compare('label assignment', lambda: head.points.assign(*levels, spans, labels), plain, 5 * args.turns, apart)


def soft_nms(args: argparse.Namespace) -> None:
    """One video: the best 2,000 (point, class) of each level of a head whose classes are about as sure as a trained one's."""
    rng = np.random.default_rng(0)
    sizes = [T >> i for i in range(LEVELS)]
    t = np.concatenate([np.arange(n) * 2.0**i for i, n in enumerate(sizes)])[:, None]
    stride = np.repeat(2.0**np.arange(LEVELS), sizes)[:, None]
    segments = np.stack([t - stride * rng.uniform(0, 6, (len(t), K)), t + stride * rng.uniform(0, 6, (len(t), K))], -1).astype(np.float32)
    scores = (1 / (1 + np.exp(-rng.normal(-5, 1.5, (len(t), K))))).astype(np.float32)
    place, level = np.zeros_like(scores, bool), np.split(np.arange(len(t)), np.cumsum(sizes)[:-1])
    for rows in level:
        own = scores[rows]
        place[rows] = (own > 0.001) & (own >= np.sort(own, axis=None)[-min(2000, own.size)])
    point, label = np.nonzero(place)
    dense = torch.from_numpy(np.where(place, scores, -1.0).astype(np.float32)).t()[None]
    spans = torch.from_numpy(segments).transpose(0, 1)[None]

    def ours():
        best, group, index = temporal_nms(spans, dense, 100)
        return spans[0, group[0], index[0]], best[0], group[0]

    def plain():
        return [torch.from_numpy(x) for x in plain_soft_nms(segments[point, label], scores[point, label], label)]

    compare('soft-NMS', ours, plain, args.turns,
            lambda a, b: max(relative(a[0], b[0]), relative(a[1], b[1].float()), float((a[2] != b[2]).sum())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--batch', type=int, default=2, help='videos of inference and of the training step')
    parser.add_argument('--padding', type=int, default=0, help='every video has so many steps less than the one before it')
    parser.add_argument('--turns', type=int, default=3)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--only', nargs='+', default=['label assignment', 'soft-NMS', 'inference', 'training step'])
    parser.add_argument('--here', action='store_true', help='in this process, with the allocator that it has')
    args = parser.parse_args()
    if args.here:
        run(args)
        return
    bare = {name: value for name, value in os.environ.items() if name not in KEEP}
    for name, environment in (("glibc's default", bare), ('big blocks kept', bare | KEEP)):
        print(f'--- {name}', flush=True)
        environment['OMP_NUM_THREADS'] = str(args.threads)
        subprocess.run([sys.executable, __file__, '--here', *sys.argv[1:]], env=environment, check=True)


if __name__ == '__main__':
    main()

"""Time a training step of TSPM against per-clip loops that copy the selected segments: python tools/analysis/benchmark_tspm.py

Both have the same weights and inputs (made up, in the shapes of the authors' features), without dropout. The loops project the tokens of
all segments and then copy those of the selected ones, clip by clip and segment by segment, as a plain implementation does; everything
else is shared. Prints both times, their ratio and the difference of the losses, and the same of the selection alone.
"""
import argparse
import copy
import statistics
import time
from collections.abc import Callable

import torch
from mmengine.config import Config
from torch import Tensor, nn

from avreg.apis import run_cli
from avreg.models.necks import TokenMergeSPM, TopKTPM
from avreg.registry import MODELS
from avreg.structures import AVDataSample, AVFeatures, take_segments

MODEL = 'configs/_base_/models/tspm_features.py'


def copy_segments(x: Tensor, segments: Tensor) -> Tensor:
    """What :func:`take_segments` gives, by loops."""
    out = x.new_zeros(*segments.shape, *x.shape[2:])
    for b, clip in enumerate(segments.tolist()):
        for j, segment in enumerate(clip):
            out[b, j] = x[b, segment]
    return out


class LoopTPM(TopKTPM):
    """TopKTPM that copies sound and frame vectors."""

    def forward(self, feats: AVFeatures) -> AVFeatures:
        found = super().forward(feats)
        segments = found.selection.segments
        return found.replace(selection=found.selection.replace(audio=copy_segments(feats.audio, segments),
                                                               visual=copy_segments(feats.visual, segments)))


class LoopSPM(TokenMergeSPM):
    """TokenMergeSPM that projects all tokens and copies those of the selected segments."""

    def forward(self, feats: AVFeatures) -> AVFeatures:
        patches = copy_segments(self.project(feats.patches), feats.selection.patch_segments)
        tokens = self.tokens(patches.flatten(0, 1))
        found, _ = self.sound(feats.selection.audio.flatten(0, 1).unsqueeze(1), tokens)
        return feats.replace(selection=feats.selection.replace(tokens=tokens.unflatten(0, patches.shape[:2]),
                                                               spatial=found.view(*patches.shape[:2], -1)))


def without_dropout(model: nn.Module) -> nn.Module:
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        elif isinstance(module, nn.MultiheadAttention):
            module.dropout = 0.0
    return model.train()


def timed(step: Callable[[], Tensor], repeats: int, warm: bool = True) -> tuple[float, float]:
    """Median seconds of ``step``, and what it gave; one call before that does not count, if ``warm``."""
    times, value = [], 0.0
    for _ in range(repeats + warm):
        start = time.perf_counter()
        value = step().item()
        times.append(time.perf_counter() - start)
    return statistics.median(times[warm:]), value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--batch-size', type=int, default=64)
    parser.add_argument('--segments', type=int, default=60)
    parser.add_argument('--channels', type=int, default=512, help='width of the model (default: that of the paper)')
    parser.add_argument('--repeats', type=int, default=3, help='of our step; the loops run once')
    parser.add_argument('--device', default='cpu', help="e.g. 'cuda'")
    args = parser.parse_args()
    torch.manual_seed(0)
    device = torch.device(args.device)
    B, T = args.batch_size, args.segments
    cfg = Config.fromfile(MODEL).model
    for part in (*cfg.necks, *cfg.heads.values()):
        part.channels = args.channels
    ours = without_dropout(MODELS.build(cfg)).to(device)
    loops = copy.deepcopy(ours)
    loops.necks[1].__class__, loops.necks[2].__class__ = LoopTPM, LoopSPM
    inputs = dict(audio=torch.randn(B, T, 128), visual=torch.randn(B, T, 768), patches=torch.randn(B, T, 14, 1024), text=torch.randn(B, 768),
                  prompt=torch.randn(B, 768), valid=torch.ones(B, T, dtype=torch.bool), clip=torch.arange(B))
    inputs = {name: x.to(device) for name, x in inputs.items()}
    samples = [AVDataSample(metainfo=dict(benchmark='music_avqa', sample_id=i)) for i in range(B)]
    for i, sample in enumerate(samples):
        sample.gt_answer = torch.tensor(i % 42, device=device)

    def step(model: nn.Module) -> Callable[[], Tensor]:
        optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.0)

        def run() -> Tensor:
            loss = model(inputs, samples, mode='loss')['music_avqa/loss_answer']
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.detach()
        return run

    def selection(take: Callable[[Tensor, Tensor], Tensor]) -> Callable[[], Tensor]:
        x = torch.randn(B, T, 14, args.channels, device=device, requires_grad=True)
        segments = torch.rand(B, T, device=device).topk(10).indices.sort().values

        def run() -> Tensor:
            x.grad = None
            total = take(x, segments).sum()
            total.backward()
            return total.detach()
        return run

    print(f'batch {B}, {T} segments, top_k 10, width {args.channels}, '
          f'{torch.cuda.get_device_name(device) if device.type == "cuda" else f"{torch.get_num_threads()} threads"}')
    (fast, loss), (slow, plain_loss) = timed(step(ours), args.repeats), timed(step(loops), 1, warm=device.type == 'cuda')
    print(f'training step: {1000 * fast:.0f} ms, with loops {1000 * slow:.0f} ms, {slow / fast:.1f} times faster; '
          f'losses differ by {abs(loss - plain_loss):.1e}')
    (fast, _), (slow, _) = timed(selection(take_segments), args.repeats), timed(selection(copy_segments), 1, warm=device.type == 'cuda')
    print(f'selecting tokens, forward and backward: {1000 * fast:.1f} ms, with loops {1000 * slow:.0f} ms, {slow / fast:.0f} times faster')


if __name__ == '__main__':
    run_cli(main)

"""Annotated samples of each benchmark, for tests of heads."""
import torch

from avreg.benchmarks import get_card
from avreg.structures import AVDataSample


def make_samples(benchmark: str, lengths=(5, 3, 4), seed: int = 0) -> list[AVDataSample]:
    """One sample a clip with random annotations."""
    g = torch.Generator().manual_seed(seed)
    K = len(get_card(benchmark).labels)
    samples = []
    for i, length in enumerate(lengths):
        sample = AVDataSample(metainfo=dict(benchmark=benchmark, sample_id=f'{benchmark}{i}'))
        if benchmark == 'ave':
            sample.gt_segments = torch.randint(K, (length, ), generator=g)
            sample.gt_label = torch.randint(K, (), generator=g)
        elif benchmark == 'llp':
            sample.gt_video = torch.randint(2, (K, ), generator=g).float()
            sample.gt_audio, sample.gt_visual = (torch.randint(2, (length, K), generator=g).float() for _ in range(2))
        elif benchmark == 'music_avqa':
            sample.gt_answer = torch.randint(K, (), generator=g)
        samples.append(sample)
    return samples

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
        elif benchmark in ('avs_s4', 'avs_ms3', 'avss'):
            classes = 71 if benchmark == 'avss' else 2
            sample.gt_masks = torch.randint(classes, (length, 16, 24), generator=g)
            sample.labelled = torch.arange(length) < (1 if benchmark == 'avs_s4' else length)
        elif benchmark in ('f_music', 'f_lifescene'):
            sample.gt_masks = torch.randint(2, (length, 16, 24), generator=g)
            sample.labelled = torch.ones(length, dtype=torch.bool)
            # Begin, three or four words, end.
            words = torch.randint(4, 20, (length, 6), generator=g)
            words[:, 0], words[::2, 4], words[1::2, 5], words[::2, 5] = 1, 2, 2, 0
            sample.gt_captions = words
        elif benchmark == 'vggss':
            sample.gt_boxes = torch.tensor([[0.1, 0.2, 0.5, 0.9]], dtype=torch.float64)
        elif benchmark == 'unav100':
            sample.set_metainfo(dict(duration=float(length)))
            start = torch.rand(2, generator=g, dtype=torch.float64) * length / 2
            sample.gt_spans = torch.stack([start, start + length / 3], 1)
            sample.gt_span_labels = torch.randint(K, (2, ), generator=g)
        elif benchmark in ('music_avqa', 'avqa'):
            sample.gt_answer = torch.randint(K, (), generator=g)
        samples.append(sample)
    return samples

"""What each of the two processes of test_distributed does."""
import json
from pathlib import Path

import torch
import torch.distributed as dist

import avreg.engine.distributed  # noqa: F401  (imports, before a group exists, what would keep it alive)
from avreg.evaluation import AVEAccuracy, BenchmarkEvaluator
from avreg.leaderboard import with_submission_dump
from avreg.registry import EVALUATOR
from avreg.registry import METRICS as METRIC_REGISTRY

from .samples import ave_sample, random_pixel_samples, random_samples

METRICS = dict(ave=dict(type='AVEAccuracy'), llp=dict(type='LLPFScores'), music_avqa=dict(type='MusicAVQAAccuracy'))


def evaluate(folder: Path, process_batches: list[list]) -> dict[str, float]:
    """Evaluate batches of samples and dump the submissions to ``folder``."""
    config = with_submission_dump(dict(type='BenchmarkEvaluator', metrics=METRICS), folder, dict(method='random'))
    evaluator = EVALUATOR.build(config)
    for batch in process_batches:
        evaluator.process(batch)
    return evaluator.evaluate(size=len(random_samples()))


def evaluate_pixels(samples: list) -> dict[str, float]:
    """All metrics of masks and maps, by themselves: some with batches of clips, whose order matters."""
    results = {}
    for config in (dict(type='CIoU'), dict(type='AVSObject', benchmark='avs_s4'), dict(type='AVSSemantic'),
                   dict(type='AVSObject', benchmark='avs_ms3', fscore_batch=4)):
        metric = METRIC_REGISTRY.build(config)
        metric.process(None, [sample.to_dict() for sample in samples if sample.benchmark == metric.benchmark])
        results |= metric.evaluate(size=9)
    return results


def work(rank: int, folder: str) -> None:
    """Write what rank ``rank`` saw to ``rank<rank>.json``."""
    torch.set_num_threads(1)
    folder = Path(folder)
    dist.init_process_group('gloo', init_method=f'file://{folder}/store', rank=rank, world_size=2)
    samples = random_samples()
    # Uneven, and samples 3 to 9 and the last one are with both.
    mine = [samples[:10], samples[-1:]] if rank == 0 else [samples[30:], samples[3:30]]
    outcome = {'metrics': evaluate(folder / 'two', mine)}

    # Every second sample, as a distributed sampler deals them; the first ones twice.
    pixels = random_pixel_samples()
    outcome['pixels'] = evaluate_pixels(pixels[:20:2] + pixels[20:] if rank == 0 else pixels[1:20:2] + pixels[:9])

    # Rank 0 fails while it computes: both must hear of it.
    evaluator = BenchmarkEvaluator(METRICS)
    evaluator.process([sample for sample in samples if sample.get('question_type', ('Audio',))[0] == 'Audio'])
    try:
        evaluator.evaluate(size=12 + 12 + 4)
    except ValueError as error:
        outcome['failure'] = str(error)

    # One rank has no sample at all.
    evaluator = BenchmarkEvaluator(dict(ave=AVEAccuracy()))
    if rank == 1:
        evaluator.process([ave_sample('v', [28] * 10, [28] * 9 + [3])])
    outcome['lonely'] = evaluator.evaluate(size=1)
    dist.destroy_process_group()
    outcome['threads'] = [Path(thread, 'comm').read_text().strip() for thread in Path('/proc/self/task').glob('*')]
    (folder / f'rank{rank}.json').write_text(json.dumps(outcome))

"""What each of the two processes of test_distributed does."""
import json
from pathlib import Path

import torch
import torch.distributed as dist

from avreg.evaluation import AVEAccuracy, BenchmarkEvaluator
from avreg.leaderboard import with_submission_dump
from avreg.registry import EVALUATOR

from .samples import ave_sample, random_samples

METRICS = dict(ave=dict(type='AVEAccuracy'), llp=dict(type='LLPFScores'), music_avqa=dict(type='MusicAVQAAccuracy'))


def evaluate(folder: Path, process_batches: list[list]) -> dict[str, float]:
    """Evaluate batches of samples and dump the submissions to ``folder``."""
    config = with_submission_dump(dict(type='BenchmarkEvaluator', metrics=METRICS), folder, dict(method='random'))
    evaluator = EVALUATOR.build(config)
    for batch in process_batches:
        evaluator.process(batch)
    return evaluator.evaluate(size=len(random_samples()))


def work(rank: int, folder: str) -> None:
    """Write what rank ``rank`` saw to ``rank<rank>.json``."""
    torch.set_num_threads(1)
    folder = Path(folder)
    dist.init_process_group('gloo', init_method=f'file://{folder}/store', rank=rank, world_size=2)
    samples = random_samples()
    # Uneven, and samples 3 to 9 and the last one are with both.
    mine = [samples[:10], samples[-1:]] if rank == 0 else [samples[30:], samples[3:30]]
    outcome = {'metrics': evaluate(folder / 'two', mine)}

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
    (folder / f'rank{rank}.json').write_text(json.dumps(outcome))
    dist.destroy_process_group()

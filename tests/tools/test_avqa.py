"""Multiple-choice questions through the tools, as a user runs them."""
import json

from avreg.apis import evaluate_submission

TINY = 'tests/configs/tiny_avqa.py'


def test_the_evaluator_scores_the_submission_of_a_test_to_the_same_digits(tools):
    tools.run('tools/train.py', TINY, '--work-dir', 'avqa', '--no-validate')
    tools.run('tools/test.py', TINY, next((tools.folder / 'avqa').glob('iter_*.pth')), '--work-dir', 'avqa_tested', '--out', 'avqa_out')
    printed = json.loads((tools.folder / 'avqa_tested/metrics.json').read_text())
    result = evaluate_submission('avqa', tools.folder / 'data/avworld/avqa', tools.folder / 'avqa_out/avqa', 'val')
    assert result.scores == {'overall': printed['avqa/overall']} and len(result.entries) > 4

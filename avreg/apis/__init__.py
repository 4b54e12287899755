"""Entry points for tools and notebooks."""
from .baselines import KINDS, write_baseline
from .compare import Comparison, Difference, compare
from .evaluate import Evaluation, Protocol, evaluate_submission, get_protocol, register_protocol, scorable_benchmarks
from .init_model import init_model
from .run import add_common_arguments, build_runner, config_from_args, prepare_data, run_cli
from .score_row import score_row

__all__ = [
    'Comparison', 'Difference', 'Evaluation', 'KINDS', 'Protocol', 'add_common_arguments', 'build_runner', 'compare', 'config_from_args',
    'evaluate_submission', 'get_protocol', 'init_model', 'prepare_data', 'register_protocol', 'run_cli', 'scorable_benchmarks', 'score_row',
    'write_baseline',
]

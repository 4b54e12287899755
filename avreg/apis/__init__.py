"""Entry points for tools and notebooks."""
from .evaluate import Evaluation, Protocol, evaluate_submission, register_protocol, scorable_benchmarks
from .init_model import init_model
from .run import add_common_arguments, build_runner, config_from_args, prepare_data, run_cli

__all__ = [
    'Evaluation', 'Protocol', 'add_common_arguments', 'build_runner', 'config_from_args', 'evaluate_submission', 'init_model', 'prepare_data',
    'register_protocol', 'run_cli', 'scorable_benchmarks',
]

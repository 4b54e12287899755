"""Entry points for tools and notebooks."""
from .init_model import init_model
from .run import add_common_arguments, build_runner, config_from_args, prepare_data, run_cli

__all__ = ['add_common_arguments', 'build_runner', 'config_from_args', 'init_model', 'prepare_data', 'run_cli']

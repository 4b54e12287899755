"""Entry points for tools and notebooks."""
from .baselines import KINDS, write_baseline
from .compare import Comparison, Difference, compare
from .compare_features import FeatureComparison, FileComparison, compare_features
from .evaluate import Evaluation, Protocol, evaluate_submission, get_protocol, register_protocol, scorable_benchmarks
from .extract_features import Extraction, extract_features, find_videos
from .feature_encoders import FEATURE_ENCODERS, EncoderOptions, FeatureEncoder, build_feature_encoder
from .init_model import init_model
from .pack_features import pack_features
from .run import add_common_arguments, build_runner, config_from_args, prepare_data, run_cli
from .score_row import score_row

__all__ = [
    'Comparison', 'Difference', 'EncoderOptions', 'Evaluation', 'Extraction', 'FEATURE_ENCODERS', 'FeatureComparison', 'FeatureEncoder',
    'FileComparison', 'KINDS', 'Protocol', 'add_common_arguments', 'build_feature_encoder', 'build_runner', 'compare', 'compare_features',
    'config_from_args', 'evaluate_submission', 'extract_features', 'find_videos', 'get_protocol', 'init_model', 'pack_features',
    'prepare_data', 'register_protocol', 'run_cli', 'scorable_benchmarks', 'score_row', 'write_baseline',
]

"""Checkpoints that others released: reading them safely, and their keys in our names."""
from .ccnet import convert_ccnet
from .clip import CLIP_SIZES, clip_config, load_clip
from .clip_names import convert_clip
from .convert import CONVERTERS, convert_checkpoint
from .pvt_v2 import PVT_V2_SIZES, convert_pvt_v2, load_pvt_v2
from .state_dict import check_keys, read_state_dict
from .tspm import convert_tspm
from .vggish import VGGISH_SHAPES, convert_vggish, load_vggish

__all__ = [
    'CLIP_SIZES', 'CONVERTERS', 'PVT_V2_SIZES', 'VGGISH_SHAPES', 'check_keys', 'clip_config', 'convert_ccnet', 'convert_checkpoint',
    'convert_clip', 'convert_pvt_v2', 'convert_tspm', 'convert_vggish', 'load_clip', 'load_pvt_v2', 'load_vggish', 'read_state_dict'
]

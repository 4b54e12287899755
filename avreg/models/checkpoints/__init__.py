"""Checkpoints that others released: reading them safely, and their keys in our names."""
from .convert import CONVERTERS, convert_checkpoint
from .pvt_v2 import PVT_V2_SIZES, convert_pvt_v2, load_pvt_v2
from .state_dict import check_keys, read_state_dict

__all__ = ['CONVERTERS', 'PVT_V2_SIZES', 'check_keys', 'convert_checkpoint', 'convert_pvt_v2', 'load_pvt_v2', 'read_state_dict']

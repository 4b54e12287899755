"""Modules that take AVFeatures and give new AVFeatures."""
from .cmcc import CMCC
from .cross_modal_spm import CrossModalSPM
from .mtgc import MTGC
from .multi_scale_tpm import MultiScaleTPM
from .position_encoding import PositionEncoding
from .task_prompt_guidance import TaskPromptGuidance
from .unimodal_encoder import UnimodalEncoder

__all__ = ['CMCC', 'CrossModalSPM', 'MTGC', 'MultiScaleTPM', 'PositionEncoding', 'TaskPromptGuidance', 'UnimodalEncoder']

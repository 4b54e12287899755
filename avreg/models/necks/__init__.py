"""Modules that take AVFeatures and give new AVFeatures."""
from .cmcc import CMCC
from .cross_modal_spm import CrossModalSPM
from .hybrid_attention import HybridAttention
from .mtgc import MTGC
from .multi_modal_integration import MultiModalIntegration
from .multi_scale_tpm import MultiScaleTPM
from .position_encoding import PositionEncoding
from .stream_projection import StreamProjection
from .task_prompt_guidance import TaskPromptGuidance
from .token_merge_spm import TokenMergeSPM
from .topk_tpm import TopKTPM
from .unimodal_encoder import UnimodalEncoder

__all__ = ['CMCC', 'CrossModalSPM', 'HybridAttention', 'MTGC', 'MultiModalIntegration', 'MultiScaleTPM', 'PositionEncoding',
           'StreamProjection', 'TaskPromptGuidance', 'TokenMergeSPM', 'TopKTPM', 'UnimodalEncoder']

"""Task-specific decoders: AVFeatures -> losses, or samples with predictions."""
from .dense_event_head import DenseEventHead
from .event_localization_head import EventLocalizationHead
from .parsing_head import ParsingHead
from .question_answering_head import QuestionAnsweringHead
from .question_grounding_head import QuestionGroundingHead
from .segmentation_head import SegmentationHead
from .sound_source_head import SoundSourceHead
from .source_localization_head import SourceLocalizationHead

__all__ = ['DenseEventHead', 'EventLocalizationHead', 'ParsingHead', 'QuestionAnsweringHead', 'QuestionGroundingHead', 'SegmentationHead',
           'SoundSourceHead', 'SourceLocalizationHead']

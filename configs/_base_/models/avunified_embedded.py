"""AV-Unified with the small encoders, trained from scratch. Every module is that of the paper-scale model, narrower."""
from avreg.models import AVModel
from avreg.models.backbones import EmbeddedAudioEncoder, EmbeddedTextEncoder, EmbeddedVisualEncoder
from avreg.models.data_preprocessors import AVDataPreprocessor
from avreg.models.heads import EventLocalizationHead, ParsingHead, QuestionAnsweringHead
from avreg.models.necks import CrossModalSPM, MultiScaleTPM, PositionEncoding, TaskPromptGuidance

model = dict(
    type=AVModel,
    data_preprocessor=dict(type=AVDataPreprocessor),
    backbones=dict(
        audio=dict(type=EmbeddedAudioEncoder, channels=128),
        visual=dict(type=EmbeddedVisualEncoder, channels=128),
        text=dict(type=EmbeddedTextEncoder, channels=128)),
    necks=[
        dict(type=PositionEncoding, channels=128, grid=(7, 7)),
        dict(type=MultiScaleTPM, channels=128, windows=(2, 4, 6)),
        dict(type=CrossModalSPM, channels=128),
        dict(type=TaskPromptGuidance, channels=128),
    ],
    heads=dict(
        ave=dict(type=EventLocalizationHead, channels=128, num_classes=29, supervision='fully'),
        llp=dict(type=ParsingHead, channels=128, num_classes=25, audio_evidence=('encoded_audio', ), visual_evidence=('encoded_visual', )),
        music_avqa=dict(type=QuestionAnsweringHead, channels=128, num_classes=42, answers='music_avqa')))

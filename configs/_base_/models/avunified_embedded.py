"""AV-Unified with the small encoders, trained from scratch. Every module is that of the paper-scale model, narrower."""
from avreg.models import AVModel
from avreg.models.backbones import EmbeddedAudioEncoder, EmbeddedPyramidEncoder, EmbeddedTextEncoder
from avreg.models.data_preprocessors import AVDataPreprocessor
from avreg.models.heads import (EventLocalizationHead, ParsingHead, QuestionAnsweringHead, SegmentationHead,
                                SourceLocalizationHead)
from avreg.models.necks import CrossModalSPM, MultiScaleTPM, PositionEncoding, TaskPromptGuidance

model = dict(
    type=AVModel,
    data_preprocessor=dict(type=AVDataPreprocessor),
    backbones=dict(
        audio=dict(type=EmbeddedAudioEncoder, channels=128),
        # Frame vector, patch tokens and pyramid in one pass.
        visual=dict(type=EmbeddedPyramidEncoder, frame_channels=128),
        text=dict(type=EmbeddedTextEncoder, channels=128)),
    necks=[
        dict(type=PositionEncoding, channels=128, grid=(7, 7)),
        dict(type=MultiScaleTPM, channels=128, windows=(2, 4, 6)),
        dict(type=CrossModalSPM, channels=128),
        dict(type=TaskPromptGuidance, channels=128, residual=True),
    ],
    heads=dict(
        ave=dict(
            type=EventLocalizationHead, channels=128, num_classes=29, supervision='fully',
            unimodal_streams=(('encoded_audio', ), ('encoded_visual', 'encoded_patches'))),
        llp=dict(type=ParsingHead, channels=128, num_classes=25, audio_evidence=('encoded_audio', ), visual_evidence=('encoded_visual', )),
        vggss=dict(type=SourceLocalizationHead, channels=128, audio_stream='encoded_audio', patch_stream='encoded_patches', floor=0.6),
        # One pixel decoder for the AVS family, with an output layer a benchmark.
        segmentation=dict(
            type=SegmentationHead, channels=48, benchmarks=dict(avs_s4=1, avs_ms3=1, avss=71), matching=('avs_ms3', ),
            background_weight=0.3, min_area=0.05),
        music_avqa=dict(
            type=QuestionAnsweringHead, channels=128, num_classes=42, answers='music_avqa', patch_step=2,
            streams=('audio', 'visual', 'spatial_audio', 'patches', 'encoded_audio', 'encoded_patches'))))

"""TSPM with the small encoders, trained from scratch. Every module is that of the paper-scale model, narrower; the frames' 49 patches, of
encoders that merge none, are merged by the neck."""
from avreg.models import AVModel
from avreg.models.backbones import EmbeddedAudioEncoder, EmbeddedTextEncoder, EmbeddedVisualEncoder
from avreg.models.data_preprocessors import AVDataPreprocessor
from avreg.models.heads import EventLocalizationHead, ParsingHead, QuestionGroundingHead
from avreg.models.necks import HybridAttention, PositionEncoding, TokenMergeSPM, TopKTPM

model = dict(
    type=AVModel,
    data_preprocessor=dict(type=AVDataPreprocessor),
    backbones=dict(
        audio=dict(type=EmbeddedAudioEncoder, channels=128),
        visual=dict(type=EmbeddedVisualEncoder, channels=128),
        text=dict(type=EmbeddedTextEncoder, channels=128)),
    necks=[
        dict(type=PositionEncoding, channels=128, grid=(7, 7), norm=True),
        dict(type=TopKTPM, channels=128, top_k=8),
        dict(type=TokenMergeSPM, channels=128, num_tokens=14),
        dict(type=HybridAttention, channels=128),
    ],
    heads=dict(
        music_avqa=dict(
            type=QuestionGroundingHead, channels=128, num_classes=42, num_layers=2, answers='music_avqa',
            # Beside the published parts the tokens, and what the encoders gave.
            parts=('grounded_audio', 'audio', 'selected_audio', 'grounded_visual', 'visual', 'selected_visual', 'grounded_tokens',
                   'encoded_audio', 'encoded_visual', 'encoded_patches')),
        # These two teach the encoders what is heard and seen, as their pretraining does at paper scale; they read the encoders alone.
        ave=dict(
            type=EventLocalizationHead, channels=128, num_classes=29, supervision='fully',
            streams=('encoded_audio', 'encoded_visual', 'encoded_patches'),
            unimodal_streams=(('encoded_audio', ), ('encoded_visual', 'encoded_patches'))),
        llp=dict(type=ParsingHead, channels=128, num_classes=25, audio_evidence=('encoded_audio', ), visual_evidence=('encoded_visual', ))))

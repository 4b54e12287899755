"""TSPM as published, on stored features: VGGish, CLIP ViT-L/14@336px, merged tokens; width 512, 10 of 60 segments, 42 answers."""
from avreg.models import AVModel
from avreg.models.backbones import FeatureIdentity
from avreg.models.data_preprocessors import AVDataPreprocessor
from avreg.models.heads import QuestionGroundingHead
from avreg.models.necks import HybridAttention, StreamProjection, TokenMergeSPM, TopKTPM

model = dict(
    type=AVModel,
    data_preprocessor=dict(type=AVDataPreprocessor),
    backbones=dict(
        audio=dict(type=FeatureIdentity, field='audio', width=128),
        visual=dict(type=FeatureIdentity, field='visual', width=768),
        patches=dict(type=FeatureIdentity, field='patches', width=1024),
        text=dict(type=FeatureIdentity, field='text', width=768),
        prompt=dict(type=FeatureIdentity, field='prompt', width=768)),
    # tools/convert_checkpoint.py tspm counts on this order.
    necks=[
        dict(type=StreamProjection, channels=512, widths=dict(audio=128, visual=768)),
        dict(type=TopKTPM, channels=512, top_k=10, query_channels=768),
        dict(type=TokenMergeSPM, channels=512, patch_channels=1024),
        dict(type=HybridAttention, channels=512),
    ],
    heads=dict(music_avqa=dict(type=QuestionGroundingHead, channels=512, num_classes=42, text_channels=768)))

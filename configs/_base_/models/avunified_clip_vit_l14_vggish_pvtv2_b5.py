"""AV-Unified as in the paper: frozen VGGish and CLIP ViT-L/14, PVT v2-b5 below the pixel decoder, width 512."""
from avreg.models import AVModel
from avreg.models.backbones import CLIPTextEncoder, CLIPVisualEncoder, PVTv2Pyramid, VGGishEncoder
from avreg.models.data_preprocessors import AVDataPreprocessor
from avreg.models.heads import (EventLocalizationHead, ParsingHead, QuestionAnsweringHead, SegmentationHead,
                                SourceLocalizationHead)
from avreg.models.necks import CrossModalSPM, MultiScaleTPM, TaskPromptGuidance

model = dict(
    type=AVModel,
    # VGGish takes log-mel values as they are.
    data_preprocessor=dict(type=AVDataPreprocessor, audio_mean=0.0, audio_std=1.0),
    backbones=dict(
        audio=dict(type=VGGishEncoder, checkpoint='weights/vggish-10086976.pth', channels=512),
        visual=dict(type=CLIPVisualEncoder, variant='ViT-L/14', checkpoint='weights/clip-vit-large-patch14', channels=512),
        pyramid=dict(type=PVTv2Pyramid, variant='b5', checkpoint='weights/pvt_v2_b5.pth'),
        text=dict(type=CLIPTextEncoder, variant='ViT-L/14', checkpoint='weights/clip-vit-large-patch14', channels=512)),
    inputs=dict(pyramid='visual'),
    only=dict(pyramid=['avs_s4', 'avs_ms3', 'avss']),
    necks=[
        dict(type=MultiScaleTPM, channels=512, windows=(2, 4, 6, 8, 10)),
        dict(type=CrossModalSPM, channels=512),
        dict(type=TaskPromptGuidance, channels=512),
    ],
    heads=dict(
        ave=dict(type=EventLocalizationHead, channels=512, num_classes=29, supervision='fully'),
        llp=dict(type=ParsingHead, channels=512, num_classes=25),
        vggss=dict(type=SourceLocalizationHead, channels=512),
        segmentation=dict(
            type=SegmentationHead, benchmarks=dict(avs_s4=1, avs_ms3=1, avss=71), in_channels=(64, 128, 320, 512), channels=256,
            audio_channels=512, matching=('avs_ms3', )),
        music_avqa=dict(type=QuestionAnsweringHead, channels=512, num_classes=42)))

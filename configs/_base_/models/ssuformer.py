"""SSUFormer as in the paper: VGGish, PVT v2-b5, both towers of CLIP ViT-B/16 for mask collaboration and regional consistency, LLaVA as the
first expert. CLIP's byte pairs are the tokens of the captions."""
from avreg.datasets.transforms import CLIPBytePairTokenizer
from avreg.models import AVModel
from avreg.models.backbones import PVTv2Pyramid, VGGishEncoder
from avreg.models.data_preprocessors import AVDataPreprocessor
from avreg.models.experts import CLIPRegionEncoder, LlavaExpert
from avreg.models.heads import SoundSourceHead
from avreg.models.necks import MultiModalIntegration

model = dict(
    type=AVModel,
    # VGGish takes log-mel values as they are.
    data_preprocessor=dict(type=AVDataPreprocessor, audio_mean=0.0, audio_std=1.0),
    backbones=dict(
        audio=dict(type=VGGishEncoder, checkpoint='weights/vggish-10086976.pth'),
        visual=dict(type=PVTv2Pyramid, variant='b5', checkpoint='weights/pvt_v2_b5.pth')),
    necks=[dict(type=MultiModalIntegration, channels=256, in_channels=(64, 128, 320, 512), audio_channels=128, num_heads=8)],
    heads=dict(
        f_music=dict(
            type=SoundSourceHead, channels=256, in_channels=(64, 128, 320, 512),
            masks=dict(pixel_channels=256, num_queries=16, num_layers=3, num_heads=8),
            captions=dict(
                tokenizer=dict(type=CLIPBytePairTokenizer, folder='weights/clip-vit-base-patch16'), num_layers=4, num_heads=8,
                max_tokens=77),
            region_encoder=dict(type=CLIPRegionEncoder, variant='ViT-B/16', checkpoint='weights/clip-vit-base-patch16'),
            regional_consistency=True,
            expert=dict(type=LlavaExpert, checkpoint='weights/llava-1.5-7b-hf'))))

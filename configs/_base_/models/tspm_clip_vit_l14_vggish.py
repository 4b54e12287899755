"""TSPM on media: frozen VGGish and CLIP ViT-L/14@336, whose 577 tokens are merged to 14 on their way through its blocks."""
from mmengine.config import read_base

from avreg.models.backbones import CLIPTextEncoder, CLIPVisualEncoder, VGGishEncoder

with read_base():
    from .tspm_features import *

# VGGish takes log-mel values as they are.
model.data_preprocessor.update(audio_mean=0.0, audio_std=1.0)
# The encoder of the question encodes the prompt and the choices too.
model.backbones = dict(
    audio=dict(type=VGGishEncoder, checkpoint='weights/vggish-10086976.pth'),
    visual=dict(
        type=CLIPVisualEncoder, variant='ViT-L/14@336', checkpoint='weights/clip-vit-large-patch14-336', num_tokens=14, merge_rate=25),
    text=dict(type=CLIPTextEncoder, variant='ViT-L/14@336', checkpoint='weights/clip-vit-large-patch14-336'))

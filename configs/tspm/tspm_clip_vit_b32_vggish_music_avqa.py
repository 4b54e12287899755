"""Table 5: TSPM with CLIP ViT-B/32 for frames, tokens and sentences, from the videos. Published: 75.81.

Command: python tools/train.py configs/tspm/tspm_clip_vit_b32_vggish_music_avqa.py
"""
from mmengine.config import read_base

with read_base():
    from .tspm_clip_vit_l14_vggish_music_avqa_media import *

_weights = 'weights/clip-vit-base-patch32'
# Its 50 tokens come down to 14 by the smallest rate that gets there.
model.backbones.visual.update(variant='ViT-B/32', checkpoint=_weights, merge_rate=None)
model.backbones.text.update(variant='ViT-B/32', checkpoint=_weights)
model.necks[0].widths.visual = 512
model.necks[1].query_channels = 512
model.necks[2].patch_channels = 768
model.heads.music_avqa.text_channels = 512
media_pipeline[1].size = (224, 224)
media_pipeline[4].tokenizer = _weights
for _loader in (train_dataloader, val_dataloader, test_dataloader):
    _loader.dataset.datasets[0].pipeline = media_pipeline

"""As those of masks in avunified_pipelines.py, with the sentence about each frame as CLIP's tokens in training, and no prompt."""
from mmengine.config import read_base

from avreg.datasets.transforms import TokenizeCaptions

with read_base():
    from .avunified_pipelines import *

# CLIP reads 77 tokens; a sentence about a frame is shorter.
_captions = dict(type=TokenizeCaptions, tokenizer='weights/clip-vit-base-patch16', max_length=77)
# Everything up to the prompt's tokens, and the packing.
caption_train_pipeline_224 = [*mask_train_pipeline_224[:-2], _captions, mask_train_pipeline_224[-1]]
caption_test_pipeline_224 = [*mask_test_pipeline_224[:-2], mask_test_pipeline_224[-1]]

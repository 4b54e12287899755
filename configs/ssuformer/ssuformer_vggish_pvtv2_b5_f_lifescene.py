"""SSUFormer at the paper's scale on F-Lifescene, its Tables III and V of the paper: VGGish, PVT v2-b5, CLIP ViT-B/16, LLaVA 1.5, the paper's schedule.

Command: bash tools/dist_train.sh configs/ssuformer/ssuformer_vggish_pvtv2_b5_f_lifescene.py 4
One process: python tools/train.py configs/ssuformer/ssuformer_vggish_pvtv2_b5_f_lifescene.py --cfg-options train_dataloader.batch_size=4
What to download, and where to put it, is in README.md beside this file.
"""
from mmengine.config import read_base

with read_base():
    from .ssuformer_vggish_pvtv2_b5_f_music import *
    from .._base_.datasets.f_lifescene import *

data_roots = dict(f_lifescene='data/F-Lifescene')
for _loader, _dataset, _pipeline in ((train_dataloader, f_lifescene_train, caption_train_pipeline_224),
                                     (val_dataloader, f_lifescene_val, caption_test_pipeline_224),
                                     (test_dataloader, f_lifescene_test, caption_test_pipeline_224)):
    _loader.dataset.datasets = [dict(_dataset, pipeline=_pipeline)]
val_evaluator.metrics = dict(f_lifescene=dict(type=MasksAndSentences))
test_evaluator = val_evaluator
# 4,309 training clips over the batch.
train_cfg.update(max_iters=60 * 1078, val_interval=1078)
default_hooks.checkpoint.interval = 1078

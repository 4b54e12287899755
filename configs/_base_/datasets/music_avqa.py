"""MusicAVQA in the layout of the official download; the default root is the embedded AVWorld."""
from mmengine.config import read_base

from avreg.datasets import MusicAVQA

with read_base():
    from .pipelines import question_test_pipeline, question_train_pipeline

music_avqa_root = 'data/avworld/music_avqa'
music_avqa_train = dict(type=MusicAVQA, data_root=music_avqa_root, split='train', pipeline=question_train_pipeline)
music_avqa_val = dict(type=MusicAVQA, data_root=music_avqa_root, split='val', pipeline=question_test_pipeline)
music_avqa_test = dict(type=MusicAVQA, data_root=music_avqa_root, split='test', pipeline=question_test_pipeline)

"""Frames at 224 x 224, one a second, log-mel as VGGish takes it, text as CLIP takes it."""
from avreg.datasets.transforms import LoadClip, LoadFrames, LoadMasks, LoadPair, LogMel, PackAVInputs, RandomFlip, Resize, ResizeMasks, TokenizeText

_size = dict(type=Resize, size=(224, 224))
_mel = dict(type=LogMel, hop='second')
_text = dict(type=TokenizeText, tokenizer='weights/clip-vit-large-patch14')
_flip, _pack = dict(type=RandomFlip, prob=0.5), dict(type=PackAVInputs)
_clip = [dict(type=LoadClip, sample_rate=16000), _size, _mel]
_pair = [dict(type=LoadPair, sample_rate=16000), _size, _mel]
_frames = [dict(type=LoadFrames, sample_rate=16000), _size, _mel, dict(type=LoadMasks)]
clip_train_pipeline_224, clip_test_pipeline_224 = [*_clip, _flip, _text, _pack], [*_clip, _text, _pack]
pair_train_pipeline_224, pair_test_pipeline_224 = [*_pair, _flip, _text, _pack], [*_pair, _text, _pack]
mask_train_pipeline_224 = [*_frames, dict(type=ResizeMasks, size=(224, 224)), _flip, _text, _pack]
mask_test_pipeline_224 = [*_frames, _text, _pack]

"""From pictures, masks and sound files to the model's input, for benchmarks that ask where a sound comes from."""
from avreg.datasets.transforms import (Cached, LoadFrames, LoadMasks, LoadPair, LogMel, PackAVInputs, RandomFlip, Resize,
                                       ResizeMasks, TokenizeCaptions, TokenizeText)

_finish = [dict(type=TokenizeText), dict(type=PackAVInputs)]
# The same steps as for small clips: one frame and one log-mel example a second, read once and kept on disk.
_encode = [dict(type=Resize, size=(112, 112)), dict(type=LogMel, hop='second')]
_load_pair = dict(type=Cached, folder='data/cache', transforms=[dict(type=LoadPair, sample_rate=16000), *_encode])
_load_frames = dict(type=Cached, folder='data/cache', transforms=[dict(type=LoadFrames, sample_rate=16000), *_encode])

# VGG-SS, Flickr-SoundNet: a frame and the sound around it.
pair_train_pipeline = [_load_pair, dict(type=RandomFlip, prob=0.5), *_finish]
pair_test_pipeline = [_load_pair, *_finish]
# AVSBench: masks are at the size of the input in training, and at that of the official truth otherwise.


def _labelled_frames(size: tuple[int, int]) -> dict:
    """Frames, sound and masks of that size, kept on disk together."""
    transforms = [dict(type=LoadFrames, sample_rate=16000), *_encode, dict(type=LoadMasks), dict(type=ResizeMasks, size=size)]
    return dict(type=Cached, folder='data/cache', transforms=transforms, keys=('frames', 'log_mel', 'gt_masks', 'labelled'))


mask_train_pipeline = [_labelled_frames((112, 112)), dict(type=RandomFlip, prob=0.5), *_finish]
# The logits are computed at a quarter of the size; enlarging those of 71 classes costs more than all the rest.
class_mask_train_pipeline = [_labelled_frames((28, 28)), dict(type=RandomFlip, prob=0.5), *_finish]
mask_test_pipeline = [_load_frames, dict(type=LoadMasks), *_finish]
# F-Music, F-Lifescene: as MS3, with the sentence about each frame as tokens in training.
caption_train_pipeline = [*mask_train_pipeline[:-1], dict(type=TokenizeCaptions, max_length=24), mask_train_pipeline[-1]]
caption_test_pipeline = mask_test_pipeline

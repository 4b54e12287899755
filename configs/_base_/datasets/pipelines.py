"""From a media file to the model's input, for small clips: one frame and one log-mel example a second."""
from avreg.datasets.transforms import Cached, LoadClip, LogMel, PackAVInputs, RandomFlip, Resize, ThinSegments, TokenizeText

# Everything that does not draw random numbers is done once and kept on disk.
_load = dict(
    type=Cached,
    folder='data/cache',
    transforms=[dict(type=LoadClip, sample_rate=16000), dict(type=Resize, size=(112, 112)), dict(type=LogMel, hop='second')])
train_pipeline = [_load, dict(type=RandomFlip, prob=0.5), dict(type=TokenizeText), dict(type=PackAVInputs)]
test_pipeline = [_load, dict(type=TokenizeText), dict(type=PackAVInputs)]
# Clips of questions are twice as long or more: every other second of them.
question_train_pipeline = [_load, dict(type=ThinSegments, step=2, shift=True), *train_pipeline[1:]]
question_test_pipeline = [_load, dict(type=ThinSegments, step=2), *test_pipeline[1:]]

"""CCNet at the published sizes, on features of encoders that are not trained along; a config gives their widths and T."""
from avreg.models import AVModel
from avreg.models.backbones import FeatureIdentity
from avreg.models.data_preprocessors import AVDataPreprocessor
from avreg.models.heads import DenseEventHead
from avreg.models.necks import CMCC, MTGC, UnimodalEncoder

model = dict(
    type=AVModel,
    data_preprocessor=dict(type=AVDataPreprocessor),
    backbones=dict(audio=dict(type=FeatureIdentity, field='audio'), visual=dict(type=FeatureIdentity, field='visual')),
    # tiled_masks=True in MTGC gives the published arithmetic, in which a video sees its neighbours' masks.
    necks=[dict(type=UnimodalEncoder, channels=512), dict(type=CMCC, channels=512), dict(type=MTGC, channels=1024, num_classes=100)],
    heads=dict(unav100=dict(type=DenseEventHead, channels=1024, head_channels=512, num_classes=100)))

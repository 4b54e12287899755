"""AVE with the authors' feature files, VGGish and maps of VGG-19; weakly supervised training also has the 178 background videos."""
from avreg.datasets import AVE
from avreg.datasets.transforms import LoadFeatures, PackAVInputs

ave_features = dict(audio='audio_feature.h5', visual='visual_feature.h5', patches='visual_feature.h5')
ave_background_features = dict(audio='audio_feature_noisy.h5', visual='visual_feature_noisy.h5', patches='visual_feature_noisy.h5')
_ave = dict(type=AVE, data_root='data/AVE', features=ave_features, pipeline=[dict(type=LoadFeatures), dict(type=PackAVInputs)])
ave_train, ave_val, ave_test = (dict(_ave, split=_split) for _split in ('train', 'val', 'test'))
ave_weakly_train = dict(_ave, split='train', supervision='weakly', background_features=ave_background_features)

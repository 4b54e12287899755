"""MUSIC-AVQA with the feature files of TSPM's authors: VGGish, CLIP ViT-L/14@336px, merged tokens, questions and prompts."""
from avreg.datasets import MusicAVQA
from avreg.datasets.transforms import ConstructPrompt, LoadFeatures, PackAVInputs

music_avqa_features = dict(
    audio='feats/vggish', visual='feats/clip_feats/frame_1fps_ViT-L14@336px', patches='feats/ToMe_feat/tome14',
    text='feats/qst_ViT-L14@336px', prompt='feats/qaPrompt_ViT-L14@336px')
# The sentence is for people; the model reads its feature.
feature_pipeline = [dict(type=LoadFeatures), dict(type=ConstructPrompt), dict(type=PackAVInputs)]
_music_avqa = dict(type=MusicAVQA, data_root='data/MUSIC-AVQA', features=music_avqa_features, pipeline=feature_pipeline)
music_avqa_train, music_avqa_val, music_avqa_test = (dict(_music_avqa, split=_split) for _split in ('train', 'val', 'test'))

"""SSUFormer with the small encoders, trained from scratch. Every module is that of the paper-scale model, narrower; in the places of CLIP
and LLaVA, of which nothing pretrained exists offline, stand EmbeddedRegionEncoder, which learns along, and EmbeddedExpert, which knows
nothing."""
from avreg.benchmarks import CaptionTokenizer
from avreg.models import AVModel
from avreg.models.backbones import EmbeddedAudioEncoder, EmbeddedPyramidEncoder
from avreg.models.data_preprocessors import AVDataPreprocessor
from avreg.models.experts import EmbeddedExpert, EmbeddedRegionEncoder
from avreg.models.heads import SoundSourceHead
from avreg.models.necks import MultiModalIntegration

model = dict(
    type=AVModel,
    data_preprocessor=dict(type=AVDataPreprocessor),
    backbones=dict(audio=dict(type=EmbeddedAudioEncoder, channels=96), visual=dict(type=EmbeddedPyramidEncoder)),
    necks=[dict(type=MultiModalIntegration, channels=96, dropout=0.0)],
    heads=dict(
        f_music=dict(
            type=SoundSourceHead, channels=96, masks=dict(pixel_channels=32),
            captions=dict(tokenizer=dict(type=CaptionTokenizer), max_tokens=24),
            region_encoder=dict(type=EmbeddedRegionEncoder, tokenizer=dict(type=CaptionTokenizer), max_tokens=24),
            regional_consistency=True,
            # The region encoder learns along: at full weight its moving embeddings teach the sentences words without grammar.
            consistency_weight=0.1, expert=dict(type=EmbeddedExpert))))

"""From media to what VGGish and CLIP ViT-L/14@336 take: log-mel, a frame of 336 x 336 a second, question, prompt and choices as CLIP's
byte pairs."""
from avreg.datasets.transforms import ConstructPrompt, LoadClip, LogMel, PackAVInputs, Resize, TokenizeText

media_pipeline = [
    dict(type=LoadClip, sample_rate=16000),
    dict(type=Resize, size=(336, 336), mode='bicubic', crop=True),
    dict(type=LogMel, hop='second'),
    dict(type=ConstructPrompt),
    dict(type=TokenizeText, tokenizer='weights/clip-vit-large-patch14-336'),
    dict(type=PackAVInputs),
]

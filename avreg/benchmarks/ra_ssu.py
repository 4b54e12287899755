"""F-Music and F-Lifescene: what sounds, where, and what it does, frame by frame (region-aware sound source understanding)."""
from .card import BenchmarkCard, register_card

_PROTOCOL = ('No evaluation code is public. Masks are scored as those of AVSBench MS3, one clip a batch; sentences by pycocoevalcap 1.2, one '
             'candidate and one reference for each annotated frame, pooled over all frames. METEOR is version 1.5, the Java program.')

F_MUSIC = register_card(BenchmarkCard(
    name='f_music', title='F-Music (fine-grained sound source understanding, music)', labels=(),
    prompt='which pixels show the instrument that makes the sound', main_metric='miou', protocol=_PROTOCOL, num_segments=10))
F_LIFESCENE = register_card(BenchmarkCard(
    name='f_lifescene', title='F-Lifescene (fine-grained sound source understanding, daily life)', labels=(),
    prompt='which pixels show the sounding object', main_metric='miou', protocol=_PROTOCOL, num_segments=10))

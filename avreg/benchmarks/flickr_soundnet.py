"""Flickr-SoundNet: the test set of VGG-SS's predecessors, 250 annotated pairs of frame and sound."""
from .card import BenchmarkCard, register_card

FLICKR_SOUNDNET = register_card(BenchmarkCard(
    name='flickr_soundnet',
    title='Flickr-SoundNet (sound source localization, test only)',
    # Pairs have no classes.
    labels=(),
    prompt='where in the picture is the source of the sound',
    main_metric='ciou',
    protocol='As vggss, with a consensus map for the truth: the boxes of all annotators added, half of the sum, at most 1. '
    '249 pairs (flickr_test.csv, the list of LVS and EZ-VSL) or 250 (test_list.txt).',
    num_segments=3,
    splits=('test',),
))

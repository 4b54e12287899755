"""AVQA: questions about VGGSound clips, with four answers to choose from."""
from .card import BenchmarkCard, register_card

RELATIONS = ('View', 'Sound', 'Both')
QUESTION_TYPES = ('Which', 'Come From', 'Happening', 'Where', 'Why', 'Before Next', 'When', 'Used For')
NUM_CHOICES = 4

AVQA = register_card(BenchmarkCard(
    name='avqa',
    title='AVQA (audio-visual question answering on videos)',
    # The choices differ from question to question; a label is the place of one.
    labels=tuple(str(place) for place in range(NUM_CHOICES)),
    prompt=None,
    main_metric='overall',
    protocol='Share of the questions of the val split, which papers report, whose choice is the true one. There is no public test '
    'split.',
    num_segments=10,
    splits=('train', 'val'),
))

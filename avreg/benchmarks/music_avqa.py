"""MUSIC-AVQA: audio-visual question answering, 42 answers, 33 question templates."""
import dataclasses

from .card import BenchmarkCard, register_card

# Order of first appearance in avqa-train.json.
ANSWERS = (
    'two', 'cello', 'congas', 'zero', 'no', 'pipa', 'six', 'yes', 'one', 'four', 'three', 'seven', 'five', 'ukulele',
    'right', 'piano', 'left', 'accordion', 'clarinet', 'guzheng', 'more than ten', 'nine', 'indoor', 'saxophone',
    'drum', 'violin', 'middle', 'outdoor', 'bagpipe', 'bassoon', 'acoustic_guitar', 'banjo', 'electric_bass', 'ten',
    'eight', 'flute', 'simultaneously', 'trumpet', 'erhu', 'xylophone', 'tuba', 'suona',
)

INSTRUMENTS = (
    'accordion', 'acoustic_guitar', 'bagpipe', 'banjo', 'bassoon', 'cello', 'clarinet', 'congas', 'drum',
    'electric_bass', 'erhu', 'flute', 'guzheng', 'piano', 'pipa', 'saxophone', 'suona', 'trumpet', 'tuba', 'ukulele',
    'violin', 'xylophone',
)


@dataclasses.dataclass(frozen=True)
class QuestionTemplate:
    """A question with slots (``<Object> <LR> <LRer> <FL> <TH> <LL> <BA>``), its modality and its type."""

    modality: str
    type: str
    template: str


TEMPLATES = tuple(QuestionTemplate(*row) for row in (
    ('Audio-Visual', 'Existential', 'Is this sound from the instrument in the video?'),
    ('Audio-Visual', 'Existential', 'Is the <Object> in the video always playing?'),
    ('Audio-Visual', 'Existential', 'Is there a voiceover?'),
    ('Audio-Visual', 'Counting', 'How many instruments are sounding in the video?'),
    ('Audio-Visual', 'Counting', 'How many types of musical instruments sound in the video?'),
    ('Audio-Visual', 'Counting', 'How many instruments in the video did not sound from beginning to end?'),
    ('Audio-Visual', 'Counting', 'How many sounding <Object> in the video?'),
    ('Audio-Visual', 'Location', 'Where is the <LL> instrument?'),
    ('Audio-Visual', 'Location', 'Is the <FL> sound coming from the <LR> instrument?'),
    ('Audio-Visual', 'Location', 'Which is the musical instrument that sounds at the same time as the <Object>?'),
    ('Audio-Visual', 'Location', 'What is the <LR> instrument of the <FL> sounding instrument?'),
    ('Audio-Visual', 'Comparative', 'Is the instrument on the <LR> more rhythmic than the instrument on the <LR>?'),
    ('Audio-Visual', 'Comparative', 'Is the instrument on the <LR> louder than the instrument on the <LR>?'),
    ('Audio-Visual', 'Comparative', 'Is the <Object> on the <LR> more rhythmic than the <Object> on the <LR>?'),
    ('Audio-Visual', 'Comparative', 'Is the <Object> on the <LR> louder than the <Object> on the <LR>?'),
    ('Audio-Visual', 'Temporal', 'Where is the <FL> sounding instrument?'),
    ('Audio-Visual', 'Temporal', 'Which <Object> makes the sound <FL>?'),
    ('Audio-Visual', 'Temporal', 'What is the <TH> instrument that comes in?'),
    ('Audio-Visual', 'Temporal', 'Which instrument makes sounds <BA> the <Object>?'),
    ('Visual', 'Counting', 'Is there a <Object> in the entire video?'),
    ('Visual', 'Counting', 'Are there <Object> and <Object> instruments in the video?'),
    ('Visual', 'Counting', 'How many types of musical instruments appeared in the entire video?'),
    ('Visual', 'Counting', 'How many <Object> are in the entire video?'),
    ('Visual', 'Location', 'Where is the performance?'),
    ('Visual', 'Location', 'What is the instrument on the <LR> of <Object>?'),
    ('Visual', 'Location', 'What kind of musical instrument is it?'),
    ('Visual', 'Location', 'What kind of instrument is the <LRer> instrument?'),
    ('Audio', 'Counting', 'Is there a <Object> sound?'),
    ('Audio', 'Counting', 'Are there <Object> and <Object> sound?'),
    ('Audio', 'Counting', 'How many musical instruments were heard throughout the video?'),
    ('Audio', 'Comparative', 'Is the <Object> more rhythmic than the <Object>?'),
    ('Audio', 'Comparative', 'Is the <Object> louder than the <Object>?'),
    ('Audio', 'Comparative', 'Is the <Object> playing longer than the <Object>?'),
))


def normalise_template(text: str) -> str:
    """A question with a plain question mark and single blanks; three official templates need it."""
    return ' '.join(text.replace('\uff1f', '?').split())


MUSIC_AVQA = register_card(BenchmarkCard(
    name='music_avqa',
    title='MUSIC-AVQA (audio-visual question answering)',
    labels=ANSWERS,
    prompt=None,
    main_metric='overall',
    protocol='Exact match of the answer string; averages are over questions, not over types.',
    num_segments=60,
))

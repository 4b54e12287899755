"""LLP: audio-visual video parsing, 25 events, by modality and second."""
from .card import BenchmarkCard, register_card

# Order of the official loader. The spelling is the label.
EVENTS = (
    'Speech', 'Car', 'Cheering', 'Dog', 'Cat', 'Frying_(food)', 'Basketball_bounce', 'Fire_alarm', 'Chainsaw', 'Cello',
    'Banjo', 'Singing', 'Chicken_rooster', 'Violin_fiddle', 'Vacuum_cleaner', 'Baby_laughter', 'Accordion',
    'Lawn_mower', 'Motorcycle', 'Helicopter', 'Acoustic_guitar', 'Telephone_bell_ringing', 'Baby_cry_infant_cry',
    'Blender', 'Clapping',
)

LLP = register_card(BenchmarkCard(
    name='llp',
    title='LLP (Look, Listen and Parse; audio-visual video parsing)',
    labels=EVENTS,
    prompt='which events are heard and which events are seen in each second of the video',
    main_metric='segment/type',
    protocol='F-scores per class, then per video, then over videos; events are maximal runs, matched at IoU >= 0.5.',
    num_segments=10,
))

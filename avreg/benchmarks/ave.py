"""AVE: audio-visual event localization, 28 events, a label a second."""
from .card import BenchmarkCard, register_card

BACKGROUND = 'background'
# Order of first appearance in Annotations.txt; background is the last index.
EVENTS = (
    'Church bell', 'Male speech, man speaking', 'Bark', 'Fixed-wing aircraft, airplane', 'Race car, auto racing',
    'Female speech, woman speaking', 'Helicopter', 'Violin, fiddle', 'Flute', 'Ukulele', 'Frying (food)', 'Truck',
    'Shofar', 'Motorcycle', 'Acoustic guitar', 'Train horn', 'Clock', 'Banjo', 'Goat', 'Baby cry, infant cry', 'Bus',
    'Chainsaw', 'Cat', 'Horse', 'Toilet flush', 'Rodents, rats, mice', 'Accordion', 'Mandolin',
)

AVE = register_card(BenchmarkCard(
    name='ave',
    title='AVE (Audio-Visual Event localization)',
    labels=(*EVENTS, BACKGROUND),
    prompt='which event is both audible and visible in each second of the video',
    main_metric='accuracy',
    protocol='Share of the 10 N seconds whose predicted class is the true one; background seconds count. Fully and weakly '
    'supervised training share this metric.',
    num_segments=10,
))

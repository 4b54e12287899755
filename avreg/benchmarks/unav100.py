"""UnAV-100: dense localization of events that are seen and heard, in untrimmed videos."""
from .card import BenchmarkCard, register_card

# In the order of the official label ids, 0 to 99; the spelling is theirs.
EVENTS = (
    'man speaking', 'woman speaking', 'kid speaking', 'male singing', 'people laughing', 'car passing by',
    'baby laughter', 'wind noise', 'people clapping', 'people shouting', 'people crowd', 'female singing',
    'dog barking', 'playing acoustic guitar', 'people eating', 'people cheering', 'basketball bounce',
    'engine knocking', 'playing tennis', 'baby babbling', 'striking bowling', 'playing badminton', 'cat meowing',
    'people slapping', 'playing piano', 'baby crying', 'people burping', 'orchestra', 'playing drum kit',
    'playing violin', 'machine gun shooting', 'child singing', 'people nose blowing', 'playing electronic organ',
    'people sneezing', 'dog howling', 'skateboarding', 'playing base guitar', 'auto racing', 'sea waves',
    'playing table tennis', 'people coughing', 'people whispering', 'playing ukulele', 'sheep bleating',
    'playing tabla', 'fire truck siren', 'playing volleyball', 'beat boxing', 'playing trumpet', 'thunder',
    'playing cello', 'playing harp', 'hammering nails', 'people running', 'sailing', 'telephone bell ringing',
    'frog croaking', 'driving motorcycle', 'playing cornet', 'playing clarinet', 'train wheels squealing',
    'playing flute', 'playing trombone', 'playing erhu', 'bull bellowing', 'raining', 'skidding', 'chainsawing trees',
    'police car siren', 'playing saxophone', 'fireworks banging', 'driving buses', 'tap dancing', 'airplane flyby',
    'people whistling', 'train horning', 'vacuum cleaner cleaning floors', 'playing accordion', 'bird chirping',
    'vehicle honking', 'church bell ringing', 'playing snare drum', 'playing synthesizer',
    'typing on computer keyboard', 'singing choir', 'lions roaring', 'people slurping', 'helicopter',
    'horse clip-clop', 'water burbling', 'lawn mowing', 'playing banjo', 'playing zither', 'playing harmonica',
    'people battle cry', 'people sobbing', 'ambulance siren', 'rope skipping', 'hair dryer drying',
)

UNAV100 = register_card(BenchmarkCard(
    name='unav100',
    title='UnAV-100 (dense audio-visual event localization)',
    labels=EVENTS,
    prompt='which events are both audible and visible in the video',
    main_metric='map_avg',
    protocol='Mean average precision over the classes of the split at tIoU 0.1 to 0.9 (double precision: 0.3 and 0.7 are a hair '
    'above), one true event for one prediction, all recall steps; a prediction may fall back on its second-best event. Predicted '
    'classes that the split does not have are ignored. precision/* is CCNet\'s measure by duration, which is a recall: the share '
    'of true events of 0 to 5, 5 to 20 and 20 to 60 s that some prediction of their class overlaps with tIoU above 0.5.',
    num_segments=60,
    splits=('train', 'validation', 'test'),
))

"""VGG-SS: where in the frame the sound comes from, learnt from pairs of frame and sound without labels."""
from .card import BenchmarkCard, register_card

# The distinct classes of vggss.json, as VGGSound spells them. There is no official order; this one is alphabetical.
CLASSES = (
    'air conditioning noise', 'air horn', 'airplane', 'airplane flyby', 'alarm clock ringing',
    'alligators, crocodiles hissing', 'baby crying', 'baby laughter', 'baltimore oriole calling',
    'barn swallow calling', 'bathroom ventilation fan running', 'beat boxing', 'bird chirping, tweeting',
    'bird squawking', 'bird wings flapping', 'black capped chickadee calling', 'blowtorch igniting',
    'bull bellowing', 'canary calling', 'cap gun shooting', 'car engine idling', 'car engine knocking',
    'car engine starting', 'car passing by', 'cat caterwauling', 'cat growling', 'cat hissing', 'cat meowing',
    'cat purring', 'cattle mooing', 'cattle, bovinae cowbell', 'chainsawing trees', 'cheetah chirrup',
    'chicken clucking', 'chicken crowing', 'child singing', 'child speech, kid speaking', 'children shouting',
    'chimpanzee pant-hooting', 'chinchilla barking', 'chipmunk chirping', 'church bell ringing',
    'civil defense siren', 'cow lowing', 'coyote howling', 'cricket chirping', 'crow cawing', 'cuckoo bird calling',
    'dinosaurs bellowing', 'disc scratching', 'dog barking', 'dog baying', 'dog bow-wow', 'dog growling',
    'dog howling', 'dog whimpering', 'donkey, ass braying', 'driving buses', 'driving motorcycle',
    'driving snowmobile', 'eagle screaming', 'electric grinder grinding', 'electric shaver, electric razor shaving',
    'elephant trumpeting', 'eletric blender running', 'elk bugling', 'engine accelerating, revving, vroom',
    'female singing', 'female speech, woman speaking', 'fire truck siren', 'fireworks banging',
    'fly, housefly buzzing', 'forging swords', 'fox barking', 'francolin calling', 'gibbon howling',
    'goat bleating', 'hair dryer drying', 'hedge trimmer running', 'helicopter', 'horse clip-clop',
    'ice cream truck, ice cream van', 'lathe spinning', 'lawn mowing', 'lighting firecrackers', 'lions growling',
    'lions roaring', 'lip smacking', 'machine gun shooting', 'magpie calling', 'male singing',
    'male speech, man speaking', 'missile launch', 'motorboat, speedboat acceleration', 'mouse squeaking',
    'mynah bird singing', 'ocean burbling', 'opening or closing car electric windows', 'opening or closing drawers',
    'orchestra', 'otter growling', 'owl hooting', 'parrot talking', 'penguins braying', 'people babbling',
    'people battle cry', 'people belly laughing', 'people booing', 'people burping', 'people cheering',
    'people coughing', 'people crowd', 'people eating apple', 'people eating crisps', 'people eating noodle',
    'people finger snapping', 'people gargling', 'people giggling', 'people hiccup', 'people humming',
    'people marching', 'people nose blowing', 'people screaming', 'people shuffling', 'people slurping',
    'people sneezing', 'people sniggering', 'people sobbing', 'people whispering', 'people whistling',
    'pheasant crowing', 'pigeon, dove cooing', 'playing accordion', 'playing acoustic guitar', 'playing banjo',
    'playing bass drum', 'playing bass guitar', 'playing bassoon', 'playing bongo', 'playing bugle',
    'playing castanets', 'playing cello', 'playing clarinet', 'playing congas', 'playing cornet', 'playing cymbal',
    'playing didgeridoo', 'playing djembe', 'playing double bass', 'playing drum kit', 'playing electric guitar',
    'playing electronic organ', 'playing erhu', 'playing flute', 'playing french horn', 'playing glockenspiel',
    'playing gong', 'playing guiro', 'playing hammond organ', 'playing harmonica', 'playing harp',
    'playing harpsichord', 'playing mandolin', 'playing oboe', 'playing piano', 'playing saxophone',
    'playing shofar', 'playing snare drum', 'playing steel guitar, slide guitar', 'playing steelpan',
    'playing table tennis', 'playing tambourine', 'playing theremin', 'playing timbales', 'playing trombone',
    'playing trumpet', 'playing tympani', 'playing ukulele', 'playing violin, fiddle', 'playing washboard',
    'playing zither', 'police car (siren)', 'popping popcorn', 'race car, auto racing', 'railroad car, train wagon',
    'reversing beeps', 'rowboat, canoe, kayak rowing', 'sea lion barking', 'sharpen knife', 'sheep bleating',
    'singing bowl', 'singing choir', 'skateboarding', 'skidding', 'slot machine', 'smoke detector beeping',
    'snake hissing', 'snake rattling', 'splashing water', 'squishing water', 'subway, metro, underground',
    'tap dancing', 'tapping guitar', 'telephone bell ringing', 'toilet flushing', 'tractor digging',
    'train horning', 'train wheels squealing', 'train whistling', 'turkey gobbling', 'typing on computer keyboard',
    'typing on typewriter', 'using sewing machines', 'vacuum cleaner cleaning floors', 'warbler chirping',
    'waterfall burbling', 'whale calling', 'wind chime', 'wood thrush calling', 'woodpecker pecking tree',
    'yodelling',
)

VGGSS = register_card(BenchmarkCard(
    name='vggss',
    title='VGG-SS (VGG Sound Source localization)',
    labels=CLASSES,
    prompt='where in the picture is the source of the sound',
    main_metric='ciou',
    protocol='Share of the 5,158 clips whose predicted half of the 224 x 224 map overlaps the union of the boxes with IoU >= 0.5; '
    'the two clips whose boxes have no area stay in, as misses. Training sees pairs only, no label; the official lists of '
    'training names contain test clips (238 in vggss_10k.txt, 3,709 in vggss_144k.txt), vggss_heard.txt contains none. The '
    'boxes were updated after publication (2 to 3 points of IoU). The sound is that of 3 s around the middle (EZ-VSL); LVS '
    'takes 10 s.',
    num_segments=3,
))

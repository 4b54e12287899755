"""AVSBench S4: the mask of the one sounding object, semi-supervised."""
from .card import BenchmarkCard, register_card

# Order of the official preprocessing. The spelling is the name of the folder.
CATEGORIES = (
    'baby_laughter', 'female_singing', 'male_speech', 'dog_barking', 'cat_meowing', 'lions_roaring',
    'horse_clip-clop', 'coyote_howling', 'mynah_bird_singing', 'playing_acoustic_guitar', 'playing_tabla',
    'playing_violin', 'playing_piano', 'playing_ukulele', 'playing_glockenspiel', 'helicopter', 'race_car',
    'driving_buses', 'ambulance_siren', 'typing_on_computer_keyboard', 'chainsawing_trees', 'cap_gun_shooting',
    'lawn_mowing',
)

AVS_S4 = register_card(BenchmarkCard(
    name='avs_s4',
    title='AVSBench S4 (audio-visual segmentation, single source, semi-supervised)',
    labels=CATEGORIES,
    prompt='which pixels show the object that makes the sound',
    main_metric='miou',
    protocol='Binary masks; mean over the five frames of a clip, then over clips. A frame without truth scores the share of pixels '
    'left empty. F-score: one video a batch (the official default), maximum over thresholds per video; authors who batch four '
    'or two videos get other numbers. Training sees the mask of the first frame only.',
    num_segments=5,
))

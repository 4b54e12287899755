"""AVSS (AVSBench-semantic): sounding objects by class, 70 and the background."""
from .card import BenchmarkCard, register_card

BACKGROUND = 'background'
# Index of a mask = that of label2idx.json - 1: background, then the alphabet.
CLASSES = (
    'background', 'accordion', 'airplane', 'axe', 'baby', 'bassoon', 'bell', 'bird', 'boat', 'boy', 'bus', 'car',
    'cat', 'cello', 'clarinet', 'clipper', 'clock', 'dog', 'donkey', 'drum', 'duck', 'elephant', 'emergency-car',
    'erhu', 'flute', 'frying-food', 'girl', 'goose', 'guitar', 'gun', 'guzheng', 'hair-dryer', 'handpan',
    'harmonica', 'harp', 'helicopter', 'hen', 'horse', 'keyboard', 'leopard', 'lion', 'man', 'marimba',
    'missile-rocket', 'motorcycle', 'mower', 'parrot', 'piano', 'pig', 'pipa', 'saw', 'saxophone', 'sheep', 'sitar',
    'sorna', 'squirrel', 'tabla', 'tank', 'tiger', 'tractor', 'train', 'trombone', 'truck', 'trumpet', 'tuba',
    'ukulele', 'utv', 'vacuum-cleaner', 'violin', 'wolf', 'woman',
)
# Subset -> frames of a clip, one a second. v1s and v1m are the clips of S4 and MS3.
SUBSETS = {'v1s': 5, 'v1m': 5, 'v2': 10}


def class_colour(index: int) -> tuple[int, int, int]:
    """RGB of a class in the colour masks (PASCAL VOC): the bits of ``index`` dealt to R, G, B in turn, from the top down."""
    red, green, blue = (sum((index >> 3 * digit + channel & 1) << 7 - digit for digit in range(3)) for channel in range(3))
    return red, green, blue


PALETTE = tuple(class_colour(index) for index in range(len(CLASSES)))

AVSS = register_card(BenchmarkCard(
    name='avss',
    title='AVSS (AVSBench-semantic, audio-visual semantic segmentation)',
    labels=CLASSES,
    prompt='which pixels show which sounding object in each second of the video',
    main_metric='miou',
    protocol='IoU per class and frame where the class is in truth or prediction, mean over those frames, then over all 71 classes, '
    'background included. The truth is resized to 224 x 224 (nearest); a colour outside the palette is background. Clips of 5 '
    'frames count as 10, the padding as background (the official code). Single-source clips (v1s) have one mask a clip in '
    'training, all five in val and test.',
    num_segments=10,
))

"""AVSBench MS3: the mask of all sounding objects, several sources, fully supervised."""
from .card import BenchmarkCard, register_card

AVS_MS3 = register_card(BenchmarkCard(
    name='avs_ms3',
    title='AVSBench MS3 (audio-visual segmentation, multiple sources)',
    # Sounding or not: the masks have no categories.
    labels=(),
    prompt='which pixels show the objects that make a sound in each second of the video',
    main_metric='miou',
    protocol='As avs_s4, but the truth is the 8-bit value of the mask file / 255, which is soft where a file holds other values '
    'than 0 and 255. Trained on the 296 clips of MS3; authors who start from a model trained on S4 say so.',
    num_segments=5,
))

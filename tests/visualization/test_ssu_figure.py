import numpy as np

from avreg.visualization import ssu_figure
from avreg.visualization.ssu_figure import RIGHT, WRONG

FRAMES = np.zeros((3, 16, 16, 3), np.uint8)
MASKS = np.zeros((3, 8, 8))
MASKS[0, 2:5, 2:5] = 1
TRUE = ['A violin on the left plays.', 'No instrument is heard.', 'A drum on the right plays.']


def words_of(ax) -> list[tuple[str, str]]:
    return [(text.get_text(), text.get_color()) for text in ax.texts]


def test_a_row_a_frame_and_words_that_are_wrong_are_red(tmp_path):
    figure = ssu_figure(FRAMES, MASKS, np.roll(MASKS, 1, 0), TRUE, ['a drum on the left plays', 'no instrument is heard', ''], 'title')
    rows = np.reshape(figure.axes, (3, 4))
    assert [len(ax.collections) for ax in rows[:, 1]] == [1, 0, 0] and [len(ax.collections) for ax in rows[:, 2]] == [0, 1, 0]
    assert [len(ax.images) for ax in rows[0, :3]] == [1, 2, 2]
    said = words_of(rows[0, 3])
    assert [word for word, _ in said[:6]] == TRUE[0].split() and {colour for _, colour in said[:6]} == {'black'}
    assert said[6:] == [('a', RIGHT), ('drum', WRONG), ('on', RIGHT), ('the', RIGHT), ('left', RIGHT), ('plays', RIGHT)]
    assert {colour for _, colour in words_of(rows[1, 3])} == {'black', RIGHT}
    assert words_of(rows[2, 3])[6:] == [('(no', WRONG), ('words)', WRONG)]
    figure.savefig(tmp_path / 'ssu.png')
    assert (tmp_path / 'ssu.png').stat().st_size > 1000


def test_one_of_the_two_outputs_alone_and_fewer_frames():
    figure = ssu_figure(FRAMES, MASKS, None, TRUE, TRUE, most=2)
    rows = np.reshape(figure.axes, (2, 4))
    assert [ax.get_ylabel() for ax in rows[:, 0]] == ['frame 0', 'frame 2'] and len(rows[0, 2].images) == 1
    rows = np.reshape(ssu_figure(FRAMES, MASKS, MASKS, TRUE, None).axes, (3, 4))
    assert len(words_of(rows[0, 3])) == 6, 'the true sentence alone'


def test_a_long_sentence_goes_on_in_the_next_line():
    rows = np.reshape(ssu_figure(FRAMES[:1], MASKS[:1], MASKS[:1], ['word ' * 30], ['word'], '').axes, (1, 4))
    places = {text.get_position()[1] for text in rows[0, 3].texts[:30]}
    assert len(places) == 4 and max(text.get_position()[0] for text in rows[0, 3].texts) < rows[0, 3].get_xlim()[1]

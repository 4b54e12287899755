import numpy as np

from avreg.visualization import question_figure


def test_selected_frames_bear_a_map_and_answers_their_probability(tmp_path):
    frames = np.zeros((12, 16, 16, 3), np.uint8)
    figure = question_figure(frames, [1, 11], np.random.rand(2, 4, 4), 'Where is it?', 'It is there.', [('left', 0.7), ('right', 0.2)], 'right')
    *pictures, answers = figure.axes
    assert [len(ax.images) for ax in pictures] == [2 if t in (1, 11) else 1 for t in range(12)]
    assert [text.get_text() for text in answers.get_yticklabels()] == ['right (true)', 'left']
    assert 'Question: Where is it?' in figure.get_suptitle() and 'Prompt: It is there.' in figure.get_suptitle()
    figure.savefig(tmp_path / 'question.png')
    assert (tmp_path / 'question.png').stat().st_size > 1000


def test_maps_lie_on_the_frames_that_were_looked_at():
    frames = np.zeros((4, 16, 16, 3), np.uint8)
    figure = question_figure(frames, [1, 2], np.random.rand(2, 4, 4), 'Where?', 'There.', [('left', 0.7)], looked=[0, 1])
    *pictures, _ = figure.axes
    assert [len(ax.images) for ax in pictures] == [2, 2, 1, 1]
    assert [ax.spines['top'].get_linewidth() > 2 for ax in pictures] == [False, True, True, False]

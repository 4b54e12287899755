import numpy as np

from avreg.visualization import events_figure


def test_a_row_a_class_bars_as_long_as_events_and_the_gates_below():
    figure = events_figure(40.0, [('dog', 1.25, 4.5), ('cat', 0.0, 40.0)], [('dog', 1.0, 4.0, 0.9), ('bird', 5.0, 6.0, 0.3)],
                           {'g_A': np.linspace(0, 1, 40), 'g_V': np.zeros(40)}, np.arange(40) + 0.5, 'a video')
    above, below = figure.axes
    assert [label.get_text() for label in above.get_yticklabels()] == ['bird', 'cat', 'dog']
    bars = {(round(b.get_x(), 2), round(b.get_width(), 2)): b.get_alpha() for b in above.patches if b.get_width()}
    assert bars.keys() == {(1.25, 3.25), (0.0, 40.0), (1.0, 3.0), (5.0, 1.0)} and bars[1.0, 3.0] > bars[5.0, 1.0]
    assert above.get_xlim() == (0, 40) and len(below.lines) == 2 and below.lines[0].get_xdata()[0] == 0.5


def test_nothing_at_all_is_still_a_picture(tmp_path):
    events_figure(10.0, [], []).savefig(tmp_path / 'empty.png')
    assert (tmp_path / 'empty.png').stat().st_size > 1000

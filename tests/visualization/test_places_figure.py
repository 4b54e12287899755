import numpy as np
from matplotlib.patches import Rectangle

from avreg.visualization import places_figure


def test_boxes_maps_and_outlines_are_drawn(tmp_path):
    frame = np.zeros((32, 32, 3), np.uint8)
    truth = np.zeros((16, 16), int)
    truth[4:9, 4:9] = 3
    truth[10:14, 1:5] = 5
    figure = places_figure([
        dict(name='vggss', frame=frame, boxes=np.array([[0.1, 0.2, 0.5, 0.6], [0.6, 0.6, 0.9, 1.0]]), heatmap=np.random.rand(7, 7)),
        dict(name='avss', frame=frame, truth=truth, prediction=np.zeros((16, 16), int)),
    ], 'title')
    above, segments, below, predicted = figure.axes
    boxes = [(p.get_x(), p.get_y()) for p in above.patches if isinstance(p, Rectangle)]
    assert boxes == [(0.1, 0.2), (0.6, 0.6)] and above.get_title() == 'vggss'
    assert len(below.images) == 2, 'the frame and the map over it'
    assert len(segments.collections) == 2 and not predicted.collections, 'an outline for each class'
    figure.savefig(tmp_path / 'places.png')
    assert (tmp_path / 'places.png').stat().st_size > 1000

import copy
import pickle

from avreg.datasets import DrawIndex


def test_is_an_index_with_a_seed():
    index = DrawIndex(5, [1, 2])
    assert list('abcdefg')[index] == 'f' and index == 5 and index.seed == (1, 2)


def test_survives_pickle_copy_and_rebase():
    index = DrawIndex(5, (1, 2))
    for other in (pickle.loads(pickle.dumps(index)), copy.deepcopy(index)):
        assert type(other) is DrawIndex and other == 5 and other.seed == (1, 2)
    assert index.rebase(3) == 2 and index.rebase(3).seed == (1, 2)

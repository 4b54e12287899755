import pytest
import torch

from avreg.models.layers import take_rows


@pytest.mark.parametrize('order', [torch.contiguous_format, torch.channels_last])
def test_takes_rows_and_keeps_their_layout(order):
    x, rows = torch.randn(5, 3, 4, 2).contiguous(memory_format=order), torch.tensor([4, 0, 0])
    taken = take_rows(x, rows)
    assert torch.equal(taken, x[[4, 0, 0]]) and taken.is_contiguous(memory_format=order)


def test_takes_rows_of_anything():
    x = torch.randn(5, 3)
    assert torch.equal(take_rows(x, torch.tensor([1])), x[1:2])

import torch

from avreg.datasets import collate_clips
from avreg.structures import AVDataSample


def sample(audio: torch.Tensor, question: int) -> dict:
    return dict(inputs=dict(audio=audio, visual=audio[:, :1], text=torch.tensor([question])), data_samples=AVDataSample())


def test_questions_in_a_row_about_one_clip_share_its_tensors():
    a, b = torch.rand(3, 4), torch.rand(3, 4)
    batch = collate_clips([sample(a, 0), sample(a.clone(), 1), sample(b, 2), sample(a.clone(), 3)])
    audio = batch['inputs']['audio']
    assert audio[0] is audio[1] and audio[1] is not audio[2] and audio[3] is not audio[0]
    assert batch['inputs']['visual'][0] is batch['inputs']['visual'][1]
    assert [x.item() for x in batch['inputs']['text']] == [0, 1, 2, 3] and len(batch['data_samples']) == 4
    for x, y in zip(audio, (a, a, b, a)):
        assert torch.equal(x, y)


def test_clips_of_another_length_are_not_the_same():
    audio = collate_clips([sample(torch.zeros(3, 4), 0), sample(torch.zeros(2, 4), 1)])['inputs']['audio']
    assert [len(x) for x in audio] == [3, 2]

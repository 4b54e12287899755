import numpy as np
import pytest
import torch

from avreg.models.experts import LlavaExpert
from avreg.models.layers import HierarchicalExperts
from avreg.structures import AVDataSample
from tests.models.tiny_llava import PROMPT, WIDTH, make_llava


@pytest.fixture(scope='module')
def llava(tmp_path_factory):
    folder = tmp_path_factory.mktemp('llava')
    return str(folder), make_llava(folder)


@pytest.fixture
def make_expert(llava, tmp_path):
    def make(prompt: str = PROMPT, **extra) -> LlavaExpert:
        return LlavaExpert(llava[0], prompt, str(tmp_path), num_frames=2, **extra)
    return make


def clips(seed: int = 0):
    g = torch.Generator().manual_seed(seed)
    samples = [AVDataSample(metainfo=dict(benchmark='f_music', sample_id=name)) for name in ('a', 'b/c')]
    return torch.randn(2, 4, 3, 32, 32, generator=g), torch.tensor([[True] * 4, [True, True, False, False]]), samples


def test_hidden_states_are_those_of_the_model_behind_the_picture(make_expert, llava):
    expert, (frames, valid, samples) = make_expert(), clips()
    states, there = expert(frames, valid, samples)
    assert states.shape == (2, 2 * expert.behind, WIDTH) and there.all() and expert.channels == WIDTH
    # The frames in the middle of each half: 1 and 3 of four, 0 and 1 of two.
    shown = ((frames[0, [1, 3]] * expert.input_std + expert.input_mean).round().clamp(0, 255) / 255)
    shown = torch.nn.functional.interpolate(shown, (28, 28), mode='bicubic', antialias=True).clamp(0, 1)
    with torch.no_grad():
        found = llava[1].model(input_ids=torch.tensor([expert.tokens] * 2), pixel_values=(shown - expert.mean) / expert.std)
    expected = found.last_hidden_state[:, -expert.behind:].flatten(0, 1)
    torch.testing.assert_close(states[0], expected, atol=2e-3, rtol=2e-3)


def test_entries_are_found_again_and_belong_to_model_clip_and_prompt(make_expert, tmp_path):
    first, clip = make_expert(), clips()
    states, _ = first(*clip)
    assert len(list(tmp_path.rglob('*.npy'))) == 2 and not list(tmp_path.rglob('*.tmp'))
    again = make_expert()
    assert torch.equal(again(*clip)[0], states) and not again._network, 'all there: the model is not even loaded'
    other = make_expert('USER: <image> here sounds what ? ASSISTANT:')
    other(*clip)
    first(*clips(seed=1))
    assert len(list(tmp_path.rglob('*.npy'))) == 6
    # Padding is never shown.
    frames, valid, samples = clip
    frames = torch.where(valid[..., None, None, None], frames, 9.0)
    assert torch.equal(again(frames, valid, samples)[0], states) and not again._network


def test_a_damaged_entry_is_made_again(make_expert, tmp_path):
    states, _ = make_expert()(*clips())
    one, two = sorted(tmp_path.rglob('*.npy'))
    one.write_bytes(one.read_bytes()[:40])
    np.save(two, np.zeros((3, 3)))
    assert torch.equal(make_expert()(*clips())[0], states)


def test_its_weights_are_in_no_state_dict(make_expert):
    experts = HierarchicalExperts(dict(type=LlavaExpert, checkpoint=str(make_expert().folder), prompt=PROMPT, cache=str(make_expert().cache)), 16)
    experts.expert(*clips())
    assert experts.expert._network and not [name for name in experts.state_dict() if name.startswith('expert.')]


def test_what_is_wrong_is_named(make_expert, tmp_path):
    with pytest.raises(ValueError, match='<image> must stand in it once'):
        make_expert('what sounds ?')
    with pytest.raises(ValueError, match='something must be said behind'):
        make_expert('what sounds ? <image>')
    with pytest.raises(FileNotFoundError, match='does not exist; nothing is downloaded here'):
        LlavaExpert(str(tmp_path / 'none'))
    (tmp_path / 'config.json').write_text('{"model_type": "clip"}')
    with pytest.raises(ValueError, match="is of a model of type 'clip', not 'llava'"):
        LlavaExpert(str(tmp_path))

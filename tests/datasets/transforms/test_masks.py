"""Reading and moving of masks, against plain references."""
import wave

import numpy as np
import pytest
from PIL import Image

from avreg.benchmarks.avss import PALETTE
from avreg.datasets import BadMedia
from avreg.datasets.transforms import LoadPair, RandomFlip, ResizeMasks
from avreg.datasets.transforms.image_file import read_image
from avreg.datasets.transforms.mask_file import (read_binary_mask, read_colour_mask, read_foreground_mask, read_index_mask,
                                                 read_soft_mask)

from .. import media, pixels


def test_binary_masks(tmp_path):
    assert read_binary_mask(pixels.write_mask(tmp_path / 'a.png'))[0].tolist() == [1.0] * 8 + [0.0] * 24
    assert read_binary_mask(pixels.write_mask(tmp_path / 'b.png', (255, 255, 255)))[0].sum() == 8


@pytest.mark.parametrize('value, soft', [(255, 1.0), (51, 0.2), (1, 1 / 255), ((255, 255, 255), 225 / 255)])
def test_soft_masks_are_the_8_bit_value(tmp_path, value, soft):
    path = pixels.write_mask(tmp_path / 'a.png', value)
    assert read_soft_mask(path)[:, :8] == pytest.approx(soft)
    assert read_foreground_mask(path)[:, :8].min() == 1


@pytest.mark.parametrize('shape', [(224, 224), (50, 81), (540, 720)])
def test_colour_masks_by_a_plain_reference(tmp_path, shape):
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 73, shape)
    colours = np.array([*PALETTE, (1, 2, 3), (255, 255, 255)], np.uint8)  # the last two are no colours of the palette
    Image.fromarray(colours[classes]).save(tmp_path / 'a.png')
    height, width = shape
    # Pillow's nearest: the pixel under the centre.
    rows, columns = (np.arange(224) + 0.5) * height / 224, (np.arange(224) + 0.5) * width / 224
    expected = classes[rows.astype(int)][:, columns.astype(int)]
    found = read_colour_mask(tmp_path / 'a.png', 224)
    assert found.dtype == np.uint8 and (found == np.where(expected > 70, 0, expected)).all()
    Image.fromarray(np.where(classes > 70, 0, classes).astype(np.uint8)).save(tmp_path / 'b.png')
    assert (read_index_mask(tmp_path / 'b.png', 224) == found).all()


@pytest.mark.parametrize('dtype', [np.uint8, np.float32])
def test_masks_are_resized_as_pillow_does(dtype):
    masks = np.random.default_rng(0).integers(0, 71, (3, 45, 60)).astype(dtype)
    found = ResizeMasks((28, 34))(dict(gt_masks=masks))['gt_masks']
    expected = [np.array(Image.fromarray(mask).resize((34, 28), Image.Resampling.NEAREST)) for mask in masks]
    assert found.dtype == dtype and (found == expected).all()


def test_flip_mirrors_masks_maps_and_boxes():
    rng = np.random.default_rng(0)
    sample = dict(frames=rng.integers(0, 256, (2, 4, 6, 3), dtype=np.uint8), gt_masks=rng.random((2, 4, 6)),
                  gt_map=rng.random((4, 6)), gt_boxes=np.array([[0.0, 0.25, 0.5, 1.0], [0.5, 0, 0.75, 1]]), rng=rng)
    flipped = RandomFlip(1.0)(dict(sample))
    assert (flipped['gt_masks'] == sample['gt_masks'][:, :, ::-1]).all()
    assert (flipped['gt_map'] == sample['gt_map'][:, ::-1]).all()
    assert flipped['gt_boxes'].tolist() == [[0.5, 0.25, 1.0, 1.0], [0.25, 0, 0.5, 1]]
    assert sample['gt_boxes'][0, 0] == 0, 'the input must not be written into'


@pytest.mark.parametrize('content', [b'', b'<html>', None])
def test_damaged_picture(tmp_path, content):
    path = pixels.write_picture(tmp_path / 'a.jpg', size=200)
    path.write_bytes(path.read_bytes()[:500] if content is None else content)
    with pytest.raises(BadMedia, match=r'a\.jpg: (is not a picture|cannot be decoded)'):
        read_image(path)
    with pytest.raises(BadMedia, match=r'b\.jpg: there is no such file'):
        read_image(tmp_path / 'b.jpg')


@pytest.mark.parametrize('seconds, length, begin', [(3, 10.0, 3.5), (10, 10.0, 0), (3, 2.0, 0), (4, 5.0, 0.5)])
def test_sound_is_from_around_the_middle(tmp_path, seconds, length, begin):
    """A ramp instead of a tone tells where a piece comes from."""
    samples = np.linspace(0, 32000, round(length * 16000)).astype(np.int16)
    with wave.open(str(tmp_path / 'a.wav'), 'wb') as file:
        file.setparams((1, 2, 16000, 0, 'NONE', ''))
        file.writeframes(samples.tobytes())
    picture = pixels.write_picture(tmp_path / 'a.png')
    found = LoadPair()(dict(video_path=str(picture), audio_path=str(tmp_path / 'a.wav'), num_segments=seconds))
    expected = np.zeros(seconds * 16000)
    piece = samples[round(begin * 16000):][:seconds * 16000] / 32768
    expected[:len(piece)] = piece
    assert found['waveform'] == pytest.approx(expected, abs=1e-4)
    assert found['frames'].shape == (1, 32, 32, 3), 'one picture stands for every second'


def test_middle_frame_of_a_video(tmp_path):
    video = media.write_video(tmp_path / 'a.mp4', seconds=2, fps=8, sound=None)
    sound = pixels.write_wav(tmp_path / 'a.wav', 2.0)
    frames = LoadPair()(dict(video_path=str(video), audio_path=str(sound), num_segments=1))['frames']
    assert abs(int(frames[0, :, :12].mean()) - media.grey(8)) <= 3

"""VGGishEncoder: the official audio encoder of AV-Unified, AVSBench and MUSIC-AVQA."""
from __future__ import annotations

from torch import Tensor, nn

from avreg.models.checkpoints import load_vggish
from avreg.registry import MODELS

from .pretrained_encoder import PretrainedEncoder, load_weights


@MODELS.register_module()
class VGGishEncoder(PretrainedEncoder):
    """VGGish (Hershey et al. 2017): one vector of 128 for each log-mel example of 0.96 seconds, without PCA postprocessing.

    It was trained on log-mel as it is, so the config sets ``audio_mean=0, audio_std=1`` of AVDataPreprocessor, whose defaults are
    those of the embedded encoder.

    Args:
        checkpoint: the official ``vggish-10086976.pth``, or what ``tools/convert_checkpoint.py vggish`` made of it; every key must
            fit. None keeps random weights and says so.
        frozen: the pretrained part stays in evaluation mode, also in training, and gets no gradient.
        channels: width D of the output, by a linear layer that learns also behind a frozen network; None gives the 128 values
            as they are, none below 0.
        chunk: examples encoded at a time.

    Raises:
        ValueError: a checkpoint that does not fit, or ``chunk`` is not positive.
        FileNotFoundError: no such checkpoint.
    """

    per_segment = True

    def __init__(self, checkpoint: str | None = None, frozen: bool = True, channels: int | None = None, chunk: int = 64):
        network = _VGGish()
        load_weights(network, 'VGGishEncoder', checkpoint, load_vggish)
        super().__init__(network, frozen, chunk)
        self.project = nn.Linear(128, channels) if channels else nn.Identity()

    def forward(self, audio: Tensor) -> dict[str, Tensor]:
        """audio: float[B, T, 1, 96, 64] log-mel. Gives ``audio`` float[B, T, D].

        Raises:
            ValueError: another shape.
        """
        if audio.ndim != 5 or audio.shape[2:] != (1, 96, 64):
            raise ValueError(f'VGGishEncoder takes log-mel of shape (B, T, 1, 96, 64), got {tuple(audio.shape)}')
        with self.network_grad():
            x, = self.in_chunks(lambda examples: (self.network(examples), ), audio.flatten(0, 1))
        return {'audio': self.project(x).unflatten(0, audio.shape[:2])}


class _VGGish(nn.Module):
    """The network, with the layer numbers of the official state dict."""

    def __init__(self):
        super().__init__()
        layers, before = [], 1
        for width, pooled in ((64, True), (128, True), (256, False), (256, True), (512, False), (512, True)):
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU(inplace=True), *([nn.MaxPool2d(2)] if pooled else [])]
            before = width
        self.features = nn.Sequential(*layers)
        # The features that the benchmarks released have passed the last ReLU too.
        self.embeddings = nn.Sequential(nn.Linear(512 * 6 * 4, 4096), nn.ReLU(inplace=True), nn.Linear(4096, 4096), nn.ReLU(inplace=True),
                                        nn.Linear(4096, 128), nn.ReLU(inplace=True))

    def forward(self, examples: Tensor) -> Tensor:
        """examples: float[N, 1, 96, 64]. Gives float[N, 128]."""
        # The first linear layer was trained on (time, frequency, channel): the order of the images it was converted from.
        return self.embeddings(self.features(examples).permute(0, 2, 3, 1).flatten(1))

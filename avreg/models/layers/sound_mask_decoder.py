"""SoundMaskDecoder: the mask of what sounds, from queries and pixels."""
from __future__ import annotations

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn


class SoundMaskDecoder(BaseModule):
    """MaskFormer's scheme (Cheng et al. 2021) with the sound as a query (SSUFormer, Sec. IV-B3).

    mmsegmentation's FPN brings the pyramid, its strides 16 and 32 replaced by F_att, to stride 4: an embedding for each pixel. The
    queries, the sound of the segment and learned ones, look at F_att through a transformer decoder. Each gives a mask, the product
    of its MLP with the pixels' embeddings, and a number that says how much it sounds; the sound mask is at each pixel the largest
    product of the two over the queries.

    Args:
        in_channels: channels of the pyramid's strides 4 and 8.
        channels: width D of the sound, of F_att and of the queries.
        pixel_channels: width of the pixel decoder.
        num_queries: learned queries beside the sound.
        num_layers: of the transformer decoder.
        num_heads: its attention heads.
        dropout: in it.
        init_cfg: MMEngine initialisation.
    """

    def __init__(self,
                 in_channels: tuple[int, int],
                 channels: int = 128,
                 pixel_channels: int = 48,
                 num_queries: int = 4,
                 num_layers: int = 2,
                 num_heads: int = 4,
                 dropout: float = 0.1,
                 init_cfg: dict | None = None):
        super().__init__(init_cfg)
        # As in SegmentationHead: only where it is needed.
        from mmseg.models.necks import FPN
        self.fpn = FPN([*in_channels, channels, channels], pixel_channels, num_outs=4)
        # Only the finest level is read: the others need no convolution of their own.
        for level in range(1, 4):
            self.fpn.fpn_convs[level] = nn.Identity()
        self.pixels = nn.Conv2d(pixel_channels, pixel_channels, 1)
        self.queries = nn.Parameter(torch.randn(num_queries, channels) * 0.5)
        layer = nn.TransformerDecoderLayer(channels, num_heads, 4 * channels, dropout, batch_first=True, norm_first=True)
        self.decoder = nn.TransformerDecoder(layer, num_layers, nn.LayerNorm(channels))
        self.mask = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, pixel_channels))
        # Bias of the masks' logits, and how much the query sounds.
        self.offset, self.sounds = nn.Linear(channels, 1), nn.Linear(channels, 1)
        # At the start every query counts.
        nn.init.constant_(self.sounds.bias, 2.0)

    def forward(self, audio: Tensor, fused: list[Tensor], pixels: list[Tensor]) -> Tensor:
        """Probability that a pixel sounds, float[F, h, w] at stride 4.

        Args:
            audio: float[F, D], of F frames.
            fused: F_att at strides 16 and 32, float[F, D, h_i, w_i].
            pixels: strides 4 and 8 of the pyramid, float[F, C_i, h_i, w_i].
        """
        embeddings = self.pixels(torch.relu(self.fpn([*pixels, *fused])[0]))
        memory = torch.cat([x.flatten(2) for x in fused], 2).transpose(1, 2)
        queries = torch.cat([audio.unsqueeze(1), self.queries.expand(len(audio), -1, -1)], 1)
        queries = self.decoder(queries, memory)
        # Scaled like attention: products of wide vectors would begin far from 0.
        logits = torch.einsum('fqc,fchw->fqhw', self.mask(queries), embeddings) * embeddings.shape[1]**-0.5
        masks = (logits + self.offset(queries).unsqueeze(-1)).sigmoid()
        return (masks * self.sounds(queries).sigmoid().unsqueeze(-1)).amax(1)

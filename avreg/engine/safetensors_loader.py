"""load_from_safetensors: MMEngine's Runner takes ``.safetensors`` wherever it takes a checkpoint (``load_from``, tools/test.py)."""
from __future__ import annotations

from pathlib import Path

from mmengine.runner import CheckpointLoader
from torch import Tensor


# In MMEngine a scheme is a pattern for the beginning of the path. Addresses of other schemes come first.
@CheckpointLoader.register_scheme(prefixes=r'.+\.safetensors$', force=True)
def load_from_safetensors(filename: str, map_location: str | None = None) -> dict[str, dict[str, Tensor]]:
    """What MMEngine calls a checkpoint, ``state_dict`` alone, of a file that ``tools/convert_checkpoint.py`` wrote.

    Args:
        filename: its path.
        map_location: the device.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file
    path = Path(filename).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'checkpoint {filename} does not exist')
    try:
        return {'state_dict': load_file(path, device=str(map_location or 'cpu'))}
    except SafetensorError as error:
        raise ValueError(f'checkpoint {filename} is damaged, cut short or not in the format of safetensors') from error

"""A download of CLIP in small: the files of the Hugging Face format, with random weights and a few byte pairs."""
import json
from pathlib import Path

import torch

IMAGE, PATCH, VISUAL, TEXT, PROJECTED, TOKENS = 32, 8, 32, 24, 16, 77
MERGES = ('v i', 'vi o', 'vio l', 'l i', 'viol i', 'violi n</w>', 'i s</w>')


def _byte_letters() -> list[str]:
    """The letters that byte pairs write bytes with; the first is the exclamation mark."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(b) for b in printable] + [chr(256 + n) for n in range(256 - len(printable))]


def vocabulary() -> dict[str, int]:
    letters = _byte_letters()
    merged = [merge.replace(' ', '') for merge in MERGES]
    words = [*letters, *(letter + '</w>' for letter in letters), *merged, '<|startoftext|>', '<|endoftext|>']
    return {word: i for i, word in enumerate(words)}


def make_tokenizer(folder: Path) -> Path:
    """``vocab.json``, ``merges.txt`` and what lies beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'vocab.json').write_text(json.dumps(vocabulary()))
    (folder / 'merges.txt').write_text('\n'.join(['#version: 0.2', *MERGES, '']))
    special = {'bos_token': '<|startoftext|>', 'eos_token': '<|endoftext|>', 'unk_token': '<|endoftext|>', 'pad_token': '<|endoftext|>'}
    (folder / 'special_tokens_map.json').write_text(json.dumps(special))
    (folder / 'tokenizer_config.json').write_text(json.dumps({**special, 'do_lower_case': True, 'model_max_length': 77}))
    return folder


def config() -> dict:
    """``config.json`` as the first downloads have it: with settings of no use, and a wrong end of text."""
    last = len(vocabulary()) - 1
    vision = dict(hidden_size=VISUAL, intermediate_size=4 * VISUAL, num_hidden_layers=2, num_attention_heads=2, image_size=IMAGE,
                  patch_size=PATCH, projection_dim=512, hidden_act='quick_gelu', dropout=0.0, model_type='clip_vision_model')
    text = dict(hidden_size=TEXT, intermediate_size=4 * TEXT, num_hidden_layers=2, num_attention_heads=2, vocab_size=last + 1,
                max_position_embeddings=TOKENS, projection_dim=512, hidden_act='quick_gelu', bos_token_id=0, eos_token_id=2, pad_token_id=1,
                dropout=0.0, add_cross_attention=False, model_type='clip_text_model')
    return dict(architectures=['CLIPModel'], model_type='clip', projection_dim=PROJECTED, logit_scale_init_value=2.6592,
                torch_dtype='float32', text_config=text, text_config_dict=None, vision_config=vision, vision_config_dict=None,
                transformers_version='4.21.0')


def make_clip(folder: Path, weights: str = 'model.safetensors'):
    """Writes the folder; gives the model in it as transformers builds it."""
    from safetensors.torch import save_file
    from transformers import CLIPConfig, CLIPModel
    make_tokenizer(folder)
    (folder / 'config.json').write_text(json.dumps(config()))
    torch.manual_seed(0)
    model = CLIPModel(CLIPConfig.from_dict(config())).eval()
    for p in model.parameters():
        # Larger than CLIP's first weights, among which a lost layer is not noticed.
        torch.nn.init.normal_(p, 0.3, 0.2) if p.ndim == 1 else torch.nn.init.normal_(p, 0, p[0].numel()**-0.5) if p.ndim else None
    positions = {'text_model.embeddings.position_ids': torch.arange(TOKENS)[None],
                 'vision_model.embeddings.position_ids': torch.arange((IMAGE // PATCH)**2 + 1)[None]}
    state = {**model.state_dict(), **positions}
    torch.save(state, folder / weights) if weights.endswith('.bin') else save_file(state, folder / weights)
    return model

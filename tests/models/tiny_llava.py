"""A download of LLaVA in small: the files of the Hugging Face format, with random weights and a few words."""
from pathlib import Path

import torch

WIDTH, IMAGE, PATCH = 16, 28, 14
PROMPT = 'USER: <image>\nwhat sounds here ? ASSISTANT:'


def make_llava(folder: Path):
    """Writes the folder; gives the model in it."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration, PreTrainedTokenizerFast
    words = ['<unk>', '<image>', '<s>', '</s>', 'USER', 'ASSISTANT', ':', 'what', 'sounds', 'here', '?']
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token='<unk>'))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token='<unk>', bos_token='<s>', eos_token='</s>').save_pretrained(folder)
    vision = CLIPVisionConfig(hidden_size=8, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=IMAGE, patch_size=PATCH)
    text = LlamaConfig(vocab_size=len(words), hidden_size=WIDTH, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
                       num_key_value_heads=2, max_position_embeddings=64)
    torch.manual_seed(0)
    model = LlavaForConditionalGeneration(LlavaConfig(vision_config=vision, text_config=text, image_token_id=1)).eval()
    model.save_pretrained(folder)
    return model

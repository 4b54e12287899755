"""Time the parts of AV-Unified's question answering head against PyTorch's modules: python tools/analysis/benchmark_questions.py

The shapes are those of a training step of configs/avunified/all_tasks.py: 128 questions about nine clips of ten segments with 49 patches each.
Weights are the same and there is no dropout; forward and backward pass. Prints both times, their ratio and the largest difference of the results.
"""
import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from avreg.apis import run_cli
from avreg.models.layers import ClipGroups, PackedWords, WordLayer, attend, attend_timelines
from avreg.structures import take_segments

CHANNELS, HEADS, CLIPS, SEGMENTS, PATCHES, QUESTIONS, STREAMS = 128, 4, 9, 10, 49, 128, 4


def timed(function: Callable[[], Tensor], repeats: int) -> float:
    """Median seconds of a forward and backward pass; three calls before do not count."""
    times = []
    for _ in range(repeats + 3):
        start = time.perf_counter()
        function().sum().backward()
        times.append(time.perf_counter() - start)
    return statistics.median(times[3:])


def word_layer() -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """Two layers over the words of questions of 5 to 14 words and their sentence, of which the sentence is read."""
    valid = torch.arange(15) < torch.randint(6, 16, (QUESTIONS, 1))
    x, packing = torch.randn(QUESTIONS, 15, CHANNELS, requires_grad=True), PackedWords(valid)
    ours = [WordLayer(CHANNELS, HEADS, dropout=0.0) for _ in range(2)]
    theirs = [nn.TransformerEncoderLayer(CHANNELS, HEADS, 2 * CHANNELS, 0.0, batch_first=True, norm_first=True) for _ in range(2)]
    for mine, layer in zip(ours, theirs):
        names = {'self_attn.in_proj_': 'qkv.', 'self_attn.out_proj.': 'out.'}
        for name, parameter in layer.named_parameters():
            for long, short in names.items():
                name = name.replace(long, short)
            parameter.data.copy_(mine.get_parameter(name))

    def packed() -> Tensor:
        return ours[1](ours[0](packing.pack(x), packing), packing, first_only=True)

    def padded() -> Tensor:
        return theirs[1](theirs[0](x, src_key_padding_mask=~valid), src_key_padding_mask=~valid)[:, 0]
    return packed, padded


def timelines() -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """What all words about a clip find in four streams of one vector a segment."""
    attentions = nn.ModuleList([nn.MultiheadAttention(CHANNELS, HEADS, batch_first=True) for _ in range(STREAMS)])
    words = torch.randn(CLIPS, QUESTIONS * 10 // CLIPS, CHANNELS, requires_grad=True)
    tokens, padding = torch.randn(STREAMS, CLIPS, SEGMENTS, CHANNELS, requires_grad=True), torch.zeros(CLIPS, SEGMENTS, dtype=torch.bool)

    def one_by_one() -> Tensor:
        return torch.stack([attention(words, stream, stream, key_padding_mask=padding, need_weights=False)[0]
                            for attention, stream in zip(attentions, tokens)])
    return lambda: attend_timelines(attentions, words, tokens, padding), one_by_one


def patches(questions: int, clips: int, keys: int) -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """What ``questions`` words about each of ``clips`` find in ``keys`` tokens."""
    attention = nn.MultiheadAttention(CHANNELS, HEADS, batch_first=True)
    words, tokens = torch.randn(clips, questions, CHANNELS, requires_grad=True), torch.randn(clips, keys, CHANNELS, requires_grad=True)
    padding = torch.zeros(clips, keys, dtype=torch.bool)
    return (lambda: attend(attention, words, tokens, padding),
            lambda: attention(words, tokens, tokens, key_padding_mask=padding, need_weights=False)[0])


def selected_tokens() -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """What each question's 15 words find in the 14 tokens of each of the 8 segments that it selects: all words about a clip look at it with the
    other segments hidden; or every question takes its segments."""
    attention, words = nn.MultiheadAttention(CHANNELS, HEADS, batch_first=True), 15
    clip = torch.arange(QUESTIONS) * CLIPS // QUESTIONS
    segments = torch.rand(QUESTIONS, SEGMENTS).topk(8).indices.sort().values
    queries = torch.randn(QUESTIONS * words, CHANNELS, requires_grad=True)
    tokens = torch.randn(CLIPS, SEGMENTS, 14, CHANNELS, requires_grad=True)
    groups = ClipGroups(clip.repeat_interleave(words), CLIPS)
    hidden = torch.ones(QUESTIONS, SEGMENTS, dtype=torch.bool).scatter(1, segments, False)

    def of_clips() -> Tensor:
        mask = groups.split(hidden.repeat_interleave(words, 0)).repeat_interleave(14, 2)
        return groups.join(attend(attention, groups.split(queries), tokens.flatten(1, 2), mask))

    def of_questions() -> Tensor:
        keys = take_segments(tokens, segments, clip).flatten(1, 2)
        return attention(queries.unflatten(0, (QUESTIONS, words)), keys, keys, need_weights=False)[0].flatten(0, 1)
    return of_clips, of_questions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--repeats', type=int, default=15)
    args = parser.parse_args()
    torch.manual_seed(0)
    cases = {
        'words exchange what they found (WordLayer)': word_layer(),
        'words look at four streams (attend_timelines)': timelines(),
        'words look at the patches of a clip (attend)': patches(QUESTIONS * 10 // CLIPS, CLIPS, SEGMENTS // 2 * PATCHES),
        "TSPM: each question's words look at the tokens of the segments that it selects": selected_tokens(),
    }
    print(f'{torch.get_num_threads()} threads, forward and backward pass')
    for name, (ours, theirs) in cases.items():
        difference = (ours() - theirs()).abs().max().item()
        fast, slow = timed(ours, args.repeats), timed(theirs, args.repeats)
        print(f'{name}: {1000 * fast:.1f} ms, by PyTorch\'s modules {1000 * slow:.1f} ms, {slow / fast:.2f} times; differ by {difference:.1e}')


if __name__ == '__main__':
    run_cli(main)

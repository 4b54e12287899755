"""Time what reads a clip (a frame a second at 224 x 224, and 16 kHz mono sound) against other readers: python tools/analysis/benchmark_decoding.py VIDEOS

Readers that are not installed are named and left out: decord and torchcodec come with pip, torchcodec also needs FFmpeg's libraries.
All take turns on the same files and the same times, give the same size by the same resizing, and decode in one thread, as a worker of
a data loader does. Times are CPU times (all threads counted), which other work on the machine hardly changes; a file's is the median
over the rounds. OpenCV has no sound: avreg's is read for it.

With --long MINUTES it measures instead the memory that reading a film of that length takes, made by repeating the first of VIDEOS: its first
10 s by LoadClip, and all of it, a frame a second and the sound, as tools/extract_features.py streams it.
"""
import argparse
import importlib.util
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import mmcv
import numpy as np
import torch
from tqdm import tqdm

from avreg.apis import run_cli
from avreg.datasets.base import VIDEO_SUFFIXES
from avreg.datasets.transforms import LoadClip, Resize
from avreg.datasets.transforms.media_file import open_media, read_sound
from avreg.datasets.transforms.media_stream import open_stream

SECONDS, SIZE, RATE = 10, 224, 16000
TIMES = np.arange(SECONDS) + 0.5
# Two pictures of one moment differ less than this in the mean (other conversions of colours), pictures of different moments more.
SAME = 3.0
_load, _resize = LoadClip(), Resize(SIZE)


def resized(frames: np.ndarray) -> np.ndarray:
    """uint8[T, H, W, 3] at the common size."""
    return _resize({'frames': frames})['frames']


class Avreg:
    """avreg: what LoadClip calls."""

    def frames(self, path: str) -> np.ndarray:
        with open_media(path, True, False, until=SECONDS) as file:
            return resized(file.frames(TIMES))

    def sound(self, path: str) -> np.ndarray:
        return read_sound(path, SECONDS, RATE)

    def both(self, path: str) -> tuple[np.ndarray, np.ndarray]:
        clip = _load(dict(video_path=path, audio_path=path, num_segments=SECONDS))
        return resized(clip['frames']), clip['waveform']


class Separate:
    """A reader of frames and one of sound, each of which opens the file."""

    def frames(self, path: str) -> np.ndarray:
        raise NotImplementedError

    def sound(self, path: str) -> np.ndarray:
        return read_sound(path, SECONDS, RATE)

    def both(self, path: str) -> tuple[np.ndarray, np.ndarray]:
        return self.frames(path), self.sound(path)


class MMCV(Separate):
    """mmcv.VideoReader by frame numbers."""

    def frames(self, path: str) -> np.ndarray:
        video = mmcv.VideoReader(path)
        return resized(np.stack([video[number][..., ::-1] for number in _numbers(video.fps, video.frame_cnt)]))


class OpenCV(Separate):
    """OpenCV, frame after frame; only those that are wanted leave the decoder."""

    def frames(self, path: str) -> np.ndarray:
        video = cv2.VideoCapture(path, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        numbers = _numbers(video.get(cv2.CAP_PROP_FPS), int(video.get(cv2.CAP_PROP_FRAME_COUNT)))
        frames: dict[int, np.ndarray] = {}
        for number in range(numbers[-1] + 1):
            if not video.grab():
                break
            if number in numbers:
                frames[number] = cv2.cvtColor(video.retrieve()[1], cv2.COLOR_BGR2RGB)
        return resized(np.stack([frames[min(number, max(frames))] for number in numbers]))


class Decord(Separate):
    """decord, VideoReader and AudioReader."""

    def frames(self, path: str) -> np.ndarray:
        import decord
        video = decord.VideoReader(path, num_threads=1)
        return resized(video.get_batch(_numbers(video.get_avg_fps(), len(video))).asnumpy())

    def sound(self, path: str) -> np.ndarray:
        import decord
        return _padded(decord.AudioReader(path, sample_rate=RATE, mono=True)[:SECONDS * RATE].asnumpy()[0])


class TorchCodec(Separate):
    """torchcodec, VideoDecoder and AudioDecoder."""

    def __init__(self, seek_mode: str):
        self.seek_mode = seek_mode

    def frames(self, path: str) -> np.ndarray:
        from torchcodec.decoders import VideoDecoder
        video = VideoDecoder(path, dimension_order='NHWC', num_ffmpeg_threads=1, seek_mode=self.seek_mode)
        end = video.metadata.end_stream_seconds
        return resized(video.get_frames_played_at(np.minimum(TIMES, end - 1e-3).tolist()).data.numpy())

    def sound(self, path: str) -> np.ndarray:
        from torchcodec.decoders import AudioDecoder
        samples = AudioDecoder(path, sample_rate=RATE, num_channels=1).get_samples_played_in_range(0, SECONDS)
        return _padded(samples.data[0].numpy())


def _numbers(fps: float, count: int) -> list[int]:
    """Numbers of the frames in the middle of each second, as readers that count frames find them."""
    return np.minimum((TIMES * fps).astype(int), count - 1).tolist()


def _padded(sound: np.ndarray) -> np.ndarray:
    return np.pad(sound[:SECONDS * RATE], (0, max(0, SECONDS * RATE - len(sound))))


def readers(example: str) -> dict[str, Avreg | Separate]:
    """Name -> reader, of all that work here; tells about the others."""
    found = {'avreg (LoadClip)': Avreg(), 'mmcv.VideoReader': MMCV(), 'OpenCV, grab': OpenCV()}
    for name, module, reader in (('decord', 'decord', Decord()), ('torchcodec, exact', 'torchcodec', TorchCodec('exact')),
                                 ('torchcodec, approximate', 'torchcodec', TorchCodec('approximate'))):
        if importlib.util.find_spec(module) is None:
            print(f'{name}: not installed, left out')
            continue
        try:
            reader.both(example)
        except Exception as error:  # whatever a reader that is not installed completely raises
            print(f'{name}: does not work here, left out ({str(error).strip().splitlines()[0]})')
            continue
        found[name] = reader
    return found


def measure(read: Callable[[str], object], path: str) -> float:
    """CPU seconds of a call."""
    start = time.process_time()
    read(path)
    return time.process_time() - start


def compare(paths: list[str], rounds: int) -> None:
    """Print the table."""
    chosen = readers(paths[0])
    kinds = ('both', 'frames', 'sound')
    times = {(name, kind, path): [] for name in chosen for kind in kinds for path in paths}
    truth = {path: Avreg().both(path) for path in paths}
    other_frames, sound_error = dict.fromkeys(chosen, 0), dict.fromkeys(chosen, 0.0)
    for name, reader in chosen.items():
        for path in paths:
            frames, sound = reader.both(path)
            off = np.abs(frames.astype(int) - truth[path][0]).mean((1, 2, 3))
            other_frames[name] += int((off > SAME).sum())
            wave = truth[path][1]
            sound_error[name] = max(sound_error[name], float(np.sqrt(((sound - wave)**2).mean() / (wave**2).mean())))
    with tqdm(total=rounds * len(times), unit='clip', desc='reading') as progress:
        for _ in range(rounds):
            for path in paths:
                for kind in kinds:
                    for name, reader in chosen.items():
                        times[name, kind, path].append(measure(getattr(reader, kind), path))
                        progress.update()
    rates = {name: [len(paths) / sum(statistics.median(times[name, kind, path]) for path in paths) for kind in kinds] for name in chosen}
    print(f'\n{len(paths)} clips of {SECONDS} s, {rounds} rounds, clips a second of one core')
    print('| reader | frames and sound | frames | sound | other frames than avreg | sound, rms difference |\n'
          '| --- | --- | --- | --- | --- | --- |')
    for name in sorted(rates, key=lambda name: -rates[name][0]):
        both, frames, sound = rates[name]
        print(f'| {name} | {both:.1f} | {frames:.1f} | {sound:.1f} | {other_frames[name]} of {SECONDS * len(paths)} | '
              f'{100 * sound_error[name]:.1f} % |')
    ours, best = rates['avreg (LoadClip)'], max((name for name in rates if not name.startswith('avreg')), key=lambda name: rates[name][0])
    print(f'avreg against the best of the others, {best}: {ours[0] / rates[best][0]:.2f} times as many clips')


def make_film(path: str, minutes: float, target: str) -> None:
    """Repeat a clip, its packets copied with later timestamps, until the film has its length."""
    with av.open(path) as source, av.open(target, 'w') as film:
        streams = {stream.index: film.add_stream_from_template(stream) for stream in (source.streams.video[0], source.streams.audio[0])}
        length = source.duration / 1e6
        clock = {}
        for turn in tqdm(range(round(60 * minutes / length)), desc='making the film', unit='clip'):
            source.seek(0)
            for packet in source.demux([source.streams[index] for index in streams]):
                if packet.size and packet.dts is not None and not packet.is_discard:
                    shift = round(turn * length / float(packet.time_base))
                    index = packet.stream_index
                    # The ends of the streams differ by some milliseconds: time must not run backwards.
                    dts = max(packet.dts + shift, clock.get(index, -10**9) + 1)
                    packet.pts, packet.dts, packet.stream = max(packet.pts + shift, dts), dts, streams[index]
                    clock[index] = dts
                    film.mux(packet)


def stream(path: str) -> None:
    """Go through a whole file."""
    with open_stream(path, 'visual') as file:
        for _ in file.frames(np.arange(int(file.seconds)) + 0.5):
            pass
    with open_stream(path, 'audio') as file:
        for _ in file.waveform(RATE):
            pass


def growth(read: Callable[[str], object], path: str) -> tuple[float, float]:
    """MiB by which the most memory that this process ever had grows while ``read`` works, and CPU seconds."""
    before = _most_memory()
    seconds = measure(read, path)
    return _most_memory() - before, seconds


def _most_memory() -> float:
    """MiB that this process has had at most."""
    return int(re.search(r'VmHWM:\s+(\d+) kB', Path('/proc/self/status').read_text())[1]) / 1024


def measure_film(path: str, minutes: float) -> None:
    """Print time and memory of reading a film."""
    with tempfile.TemporaryDirectory() as folder:
        film = f'{folder}/film.mp4'
        make_film(path, minutes, film)
        size = Path(film).stat().st_size / 2**20
        print(f'\na film of {minutes:g} minutes, {size:.0f} MiB; MiB more than for the clip of {SECONDS} s that it repeats, and CPU time')
        for name, read in ((f'LoadClip, its first {SECONDS} s', Avreg().both), ('MediaStream, all of it', stream)):
            growth(read, path)
            more, seconds = growth(read, film)
            print(f'{name}: {more:.1f} MiB, {seconds:.2f} s')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('videos', nargs='+', metavar='VIDEOS', help='files or folders')
    parser.add_argument('--rounds', type=int, default=5, help='of which the median counts (default: %(default)s)')
    parser.add_argument('--long', type=float, metavar='MINUTES', help='measure memory with a film of this length instead (Linux only)')
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    paths = [str(path) for given in args.videos for path in _files(Path(given))]
    if args.long:
        measure_film(paths[0], args.long)
    else:
        compare(paths, args.rounds)


def _files(path: Path) -> list[Path]:
    """The videos of a folder, or the file itself."""
    if path.is_dir():
        found = sorted(p for p in path.iterdir() if p.suffix.lower() in VIDEO_SUFFIXES)
        if not found:
            raise FileNotFoundError(f'{path} holds no videos ({", ".join(VIDEO_SUFFIXES)})')
        return found
    if not path.is_file():
        raise FileNotFoundError(f'{path} is neither a file nor a folder')
    return [path]


if __name__ == '__main__':
    run_cli(main)

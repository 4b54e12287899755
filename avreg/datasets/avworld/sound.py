"""A scene's sound: 16 kHz mono, from a wavetable per object, pulse by pulse."""
from __future__ import annotations

import numpy as np

from avreg.datasets.avworld.kinds import Timbre, heard_timbre
from avreg.datasets.avworld.rhythm import pulse
from avreg.datasets.avworld.scene import Actor, Scene

SAMPLE_RATE = 16000
_TABLE = 4096
_HIGHEST = 7000.0


def render_sound(scene: Scene) -> np.ndarray:
    """float32[duration * 16000] in [-1, 1]: every object that sounds, the voice, and background noise."""
    rng = np.random.default_rng((scene.seed, 1))
    samples = scene.duration * SAMPLE_RATE
    # Five seconds of noise, over and over: nobody hears the seam.
    noise = _coloured_noise(rng, 5 * SAMPLE_RATE, scene.noise_tilt)
    mixture = _scaled(np.resize(noise, samples), scene.noise_level)
    for actor in scene.actors:
        for start, end in actor.heard:
            first, last = round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)
            mixture[first:last] += _play(actor, first, last - first, rng)
    for start, end in scene.voice:
        mixture[start * SAMPLE_RATE:end * SAMPLE_RATE] += _talk(start, end, rng)
    # Soft limit: a sum of loud objects stays inside full scale without hard clipping.
    return np.tanh(mixture).astype(np.float32)


def _play(actor: Actor, first: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """``samples`` of its sound from sample ``first`` of the clip on."""
    timbre = heard_timbre(actor.kind, actor.accent)
    times = (first / SAMPLE_RATE + np.arange(samples) / SAMPLE_RATE).astype(np.float32)
    frequency = 2.0**(timbre.pitch + actor.transposition)
    # The integral of a frequency that wobbles 6 times a second.
    wobble = timbre.vibrato / 12 * np.log(2) * np.cos(np.float32(2 * np.pi * 6) * times) / (2 * np.pi * 6)
    cycles = frequency * (times.astype(np.float64) - wobble) + rng.uniform()
    tone = _wavetable(timbre, frequency)[(cycles % 1.0 * _TABLE).astype(np.int64)]
    if timbre.noise:
        tone = (1 - timbre.noise) * tone + timbre.noise * _band_noise(rng, len(times), timbre)
    wave = tone * pulse(times, actor.rhythm, actor.phase, timbre.sustain) * _fade(len(times))
    return _scaled(wave, actor.level)


def _wavetable(timbre: Timbre, frequency: float) -> np.ndarray:
    """One period of the harmonic stack, of unit root mean square."""
    order = np.arange(1, max(2, int(_HIGHEST / frequency) + 1))
    strength = order**-timbre.rolloff * np.where(order % 2, 1.0, timbre.even) * _formant(order * frequency, timbre)
    spectrum = np.zeros(_TABLE // 2 + 1, complex)
    # Phases that grow with the square of the order keep the crest low; they are not audible.
    spectrum[order] = strength * np.exp(1j * np.pi * order**2 / len(order))
    return _scaled(np.fft.irfft(spectrum, _TABLE), 0.0).astype(np.float32)


def _formant(frequency: np.ndarray, timbre: Timbre) -> np.ndarray:
    return 1 + timbre.formant_gain * np.exp(-2.0 * (np.log2(np.maximum(frequency, 1.0)) - timbre.formant)**2)


def _band_noise(rng: np.random.Generator, samples: int, timbre: Timbre) -> np.ndarray:
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    frequency = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    return _scaled(np.fft.irfft(spectrum * (_formant(frequency, timbre) - 0.95), samples), 0.0)


def _coloured_noise(rng: np.random.Generator, samples: int, tilt: float) -> np.ndarray:
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    frequency = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    return np.fft.irfft(spectrum * np.maximum(frequency, 40.0)**(-tilt / 2), samples)


def _talk(start: int, end: int, rng: np.random.Generator) -> np.ndarray:
    """Speech-like sound: a gliding buzz through two formants that change with every syllable, with gaps between words."""
    samples = (end - start) * SAMPLE_RATE
    times = np.arange(samples) / SAMPLE_RATE
    syllables = int((end - start) * rng.uniform(4.0, 6.0))
    which = np.minimum((times / (end - start) * syllables).astype(np.int64), syllables - 1)
    glide = np.interp(times, np.linspace(0, end - start, syllables), rng.uniform(130, 240, syllables))
    cycles = np.cumsum(glide) / SAMPLE_RATE * 2 * np.pi
    first, second = rng.uniform(3, 5, syllables)[which], rng.uniform(8, 13, syllables)[which]
    # A formant at n times the pitch is a sine at n times the phase, shaped by the glottal pulse.
    glottal = np.maximum(np.sin(cycles), 0.0)**2
    wave = glottal * (np.sin(cycles * np.round(first)) + 0.7 * np.sin(cycles * np.round(second)) + 0.6)
    inside = np.sin(np.pi * ((times / (end - start) * syllables) % 1.0))**0.5
    spoken = (rng.uniform(size=syllables) < 0.8)[which]
    breath = 0.25 * rng.standard_normal(samples)
    return _scaled((wave + breath) * inside * spoken * _fade(samples), rng.uniform(-17, -13))


def _fade(samples: int, seconds: float = 0.02) -> np.ndarray:
    ramp = np.arange(samples, dtype=np.float32) / np.float32(seconds * SAMPLE_RATE)
    return np.minimum(np.minimum(ramp, ramp[::-1]), 1.0)


def _scaled(wave: np.ndarray, level: float) -> np.ndarray:
    """``wave`` at ``level`` dB root mean square."""
    return wave * (10**(level / 20) / max(np.sqrt(np.mean(wave**2)), 1e-9))

"""avreg: plugin-based registries for audio-visual scene understanding on MMEngine."""
__version__ = '0.1.0'

"""Installation of avreg."""
import re
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
VERSION = re.search(r"__version__ = '(.+)'", (ROOT / 'avreg/__init__.py').read_text(encoding='utf-8'))[1]

setup(
    name='avreg',
    version=VERSION,
    description='Plugin-based registries for audio-visual scene understanding on MMEngine',
    long_description=(ROOT / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    # avreg/configs is a link to configs/: the wheel carries the configs, so a plugin can build on them wherever it is installed; also
    # the prompts of questions, and the board with its pages.
    package_data={'avreg': ['configs/**/*.py', 'configs/**/*.md', 'configs/**/*.yml', 'benchmarks/*.yaml', 'leaderboard/entries/*/*.json',
                            'leaderboard/entries/*.md', 'leaderboard/board/site_files/*']},
    python_requires='>=3.10,<3.13',
    packages=find_packages(include=['avreg', 'avreg.*']),
    install_requires=[
        'onedl-mmengine>=0.10.12,<0.11',
        'onedl-mmcv>=2.3.6,<2.4',
        'onedl-mmsegmentation>=1.4.2,<1.5',
        # torchaudio's last release is 2.11; with a newer torch its import fails, and then that of transformers.
        'torch>=2.6,<2.12',
        'torchaudio>=2.6,<2.12',
        'transformers>=5,<6',
        'av>=14',
        'numpy>=1.26',
        'pillow>=10',
        'pyyaml',
        'tqdm',
        'filelock',
    ],
    extras_require={
        'test': ['pytest>=8', 'pytest-xdist>=3.5', 'h5py'],
        # Official features of AVE and AVQA, and the row order of AVE's code repository, come as HDF5.
        'h5': ['h5py'],
        # METEOR, which also needs Java; the other numbers of captions do not.
        'captions': ['pycocoevalcap>=1.2'],
    },
)

"""Running the tools as a user does, on a tiny world."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

TINY = 'tests/configs/tiny.py'


class Tools:
    """Runs scripts of the checkout with a folder of its own as working directory; the world in ``data/`` there is shared."""

    def __init__(self, repo: Path, folder: Path):
        self.repo, self.folder = repo, folder

    def environment(self) -> dict[str, str]:
        return {**os.environ, 'PYTHONPATH': str(self.repo), 'OMP_NUM_THREADS': '1', 'CUDA_VISIBLE_DEVICES': ''}

    def command(self, script: str, *arguments: str, processes: int = 1) -> list[str]:
        python = [sys.executable] if processes == 1 else [
            sys.executable, '-m', 'torch.distributed.run', '--standalone', f'--nproc_per_node={processes}']
        arguments = [str(self.repo / a) if str(a).startswith(('configs/', 'tests/', 'plugins/')) else str(a) for a in arguments]
        return [*python, str(self.repo / script), *arguments, *(['--launcher', 'pytorch'] if processes > 1 else [])]

    def run(self, script: str, *arguments: str, processes: int = 1, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run(self.command(script, *arguments, processes=processes), cwd=self.folder, env=self.environment(),
                              capture_output=True, text=True, timeout=600)
        if check:
            assert done.returncode == 0, f'{done.args}\n{done.stdout[-3000:]}\n{done.stderr[-5000:]}'
        return done

    def start(self, script: str, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(self.command(script, *arguments), cwd=self.folder, env=self.environment(), stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)


@pytest.fixture(scope='session')
def tools(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Tools:
    return Tools(repo, tmp_path_factory.mktemp('tools'))


@pytest.fixture(scope='session')
def trained(tools: Tools) -> Path:
    """Work directory of an uninterrupted run of the tiny config on one process."""
    tools.run('tools/train.py', TINY, '--work-dir', 'whole')
    return tools.folder / 'whole'

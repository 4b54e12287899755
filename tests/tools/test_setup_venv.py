"""tools/setup_venv.sh: an environment that was broken off is made anew."""
import os
import subprocess
import sys


def test_an_environment_without_pip_is_made_anew(repo, tmp_path):
    for name in ('setup.py', 'avreg/__init__.py', 'tools/setup_venv.sh'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((repo / name).read_bytes())
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', tmp_path / '.venv'], check=True)
    # Without an index nothing is installed: it stops there.
    done = subprocess.run(['bash', tmp_path / 'tools/setup_venv.sh'], env={**os.environ, 'PYTHON': sys.executable, 'PIP_NO_INDEX': '1'},
                          capture_output=True, text=True, timeout=600)
    assert done.returncode != 0 and 'No module named pip' not in done.stderr and 'No matching distribution' in done.stderr
    subprocess.run([tmp_path / '.venv/bin/python', '-m', 'pip', '--version'], check=True, capture_output=True)
    assert not (tmp_path / '.venv/avreg_installed').exists()

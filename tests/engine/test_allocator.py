"""Each test in a process of its own: what malloc was told cannot be taken back."""
import os
import platform
import subprocess
import sys

import pytest

# Page faults of making an array of 64 MiB over and over; so often that they show even where a fault brings a huge page of 2 MiB.
SCRIPT = '''
import resource, sys
import numpy as np
from avreg.engine import keep_big_blocks
if sys.argv[1] == 'keep':
    print(keep_big_blocks())
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(100):
    np.ones(64 << 17)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
'''


def run(argument: str, **variables: str) -> list[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith('MALLOC_')} | variables
    return subprocess.run([sys.executable, '-c', SCRIPT, argument], env=env, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='glibc only')
def test_freed_blocks_are_used_again():
    default, = run('leave')
    done, kept = run('keep')
    assert done == 'True'
    assert int(kept) < int(default) / 3


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='glibc only')
def test_what_the_user_set_stays():
    done, faults = run('keep', MALLOC_MMAP_THRESHOLD_='131072', MALLOC_TRIM_THRESHOLD_='131072')
    assert done == 'False' and int(faults) > int(run('keep')[1]) * 3

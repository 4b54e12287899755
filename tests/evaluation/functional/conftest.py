"""Fixtures of the pure functions' tests."""
import importlib.util

import pytest


@pytest.fixture(scope='module')
def benchmark(request, repo):
    """tools/analysis/benchmark_<name>.py beside test_<name>.py: it holds the loops that the function is compared with."""
    name = request.module.__name__.rpartition('test_')[2]
    spec = importlib.util.spec_from_file_location(f'benchmark_{name}', repo / f'tools/analysis/benchmark_{name}.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

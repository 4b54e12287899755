import pytest
import torch.distributed as dist

from avreg.engine import start_process_group


@pytest.mark.parametrize('launcher, how', [('pytorch', 'torchrun'), ('slurm', 'srun'), ('mpi', 'mpirun')])
def test_missing_environment_says_how_to_start(launcher, how, monkeypatch):
    for name in ('RANK', 'WORLD_SIZE', 'LOCAL_RANK', 'SLURM_PROCID', 'OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE'):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match=f'--launcher {launcher} needs the environment variable .*{how}'):
        start_process_group(launcher)


def test_none_does_nothing():
    start_process_group('none')
    assert not dist.is_initialized()

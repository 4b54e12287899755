"""Starting the process group before MMEngine's Runner does."""
from __future__ import annotations

import os
import subprocess
from datetime import timedelta

import torch
import torch.distributed as dist
# Functions of these two have the default group as default argument. Imported once a group exists, they would keep that group,
# and gloo's threads, alive past `destroy_process_group`; a thread that frees a tensor while Python shuts down aborts the process.
import torch.distributed.nn  # noqa: F401
import torch.distributed.optim  # noqa: F401

LAUNCHERS = ('none', 'pytorch', 'slurm', 'mpi')


def _slurm_environment() -> None:
    """Translate Slurm's variables to those of torch.distributed, unless they are set."""
    for ours, theirs in (('RANK', 'SLURM_PROCID'), ('WORLD_SIZE', 'SLURM_NTASKS'), ('LOCAL_RANK', 'SLURM_LOCALID')):
        os.environ.setdefault(ours, os.environ[theirs])
    if 'MASTER_ADDR' not in os.environ:
        hosts = subprocess.run(['scontrol', 'show', 'hostname', os.environ['SLURM_NODELIST']], check=True, capture_output=True, text=True)
        os.environ['MASTER_ADDR'] = hosts.stdout.split()[0]
    os.environ.setdefault('MASTER_PORT', '29500')


def _mpi_environment() -> None:
    """Translate Open MPI's variables to those of torch.distributed, unless they are set."""
    for name in ('RANK', 'LOCAL_RANK'):
        os.environ.setdefault(name, os.environ[f'OMPI_COMM_WORLD_{name}'])
    os.environ.setdefault('WORLD_SIZE', os.environ['OMPI_COMM_WORLD_SIZE'])
    os.environ.setdefault('MASTER_ADDR', '127.0.0.1')
    os.environ.setdefault('MASTER_PORT', '29500')


def start_process_group(launcher: str, backend: str | None = None, timeout: int | None = None) -> None:
    """Join the process group that ``launcher`` describes; NCCL on GPUs, gloo on CPUs.

    MMEngine's own start-up calls ``torch.cuda.set_device`` whether there is a GPU or not. It leaves a process group that exists
    alone, so this one is made first.

    Args:
        launcher: 'none' (does nothing), 'pytorch' (torchrun), 'slurm' or 'mpi'.
        backend: 'nccl' or 'gloo'; None chooses by the machine.
        timeout: seconds that a process waits for the others, also while the first one generates data; None: torch's default.

    Raises:
        ValueError: the launcher's environment variables are not there.
    """
    if launcher == 'none' or dist.is_initialized():
        return
    try:
        if launcher == 'slurm':
            _slurm_environment()
        elif launcher == 'mpi':
            _mpi_environment()
        local_rank = int(os.environ['LOCAL_RANK'])
        rank, world = int(os.environ['RANK']), int(os.environ['WORLD_SIZE'])
    except KeyError as error:
        how = {'pytorch': 'torchrun --nproc_per_node=N tools/train.py ... (or tools/dist_train.sh)', 'slurm': 'srun (tools/slurm_train.sh)',
               'mpi': 'mpirun'}[launcher]
        raise ValueError(f'--launcher {launcher} needs the environment variable {error}; start it with {how}') from None
    if torch.cuda.is_available():
        torch.cuda.set_device(local_rank % torch.cuda.device_count())
        backend = backend or 'nccl'
    dist.init_process_group(backend or 'gloo', rank=rank, world_size=world, timeout=None if timeout is None else timedelta(seconds=timeout))

"""Which samples make a batch."""
from .sequential_task_batch_sampler import SequentialTaskBatchSampler
from .task_batch_sampler import TaskBatchSampler
from .task_sampler import TaskSampler

__all__ = ['SequentialTaskBatchSampler', 'TaskBatchSampler', 'TaskSampler']

"""How many processes may work side by side."""
import os


def available_cores() -> int:
    """Cores of this process where the system tells (a container may own few of many), else of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1

"""Train several configs with several seeds and write one table: python tools/ablate.py configs/avunified/all_tasks*.py --seeds 0 1 2

Every run is tools/train.py in a folder of its own, OUT/<config>/seed_<n>, and goes on where it stopped; a run whose
metrics.json is there is not repeated. A folder with runs of the same name but another content, or of other options, is refused. The table, mean and standard deviation over the seeds, goes to OUT/table.md and, with
every number of every run, to OUT/table.json.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from avreg.apis import run_cli
from avreg.atomic_write import write_text_atomically
from avreg.benchmarks import list_cards
from avreg.config import load_config
from avreg.errors import ConfigError

TRAIN = Path(__file__).resolve().parent / 'train.py'


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('configs', nargs='+', metavar='CONFIG', help='config files')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0], help='random seeds of the training')
    parser.add_argument('--out', default='work_dirs/ablation', metavar='DIR', help='folder of the runs and of the table')
    parser.add_argument('--jobs', type=int, default=1, help='runs at a time, which share the cores; two of one thread are faster than one of two')
    parser.add_argument('--metrics', nargs='+', metavar='KEY', help="columns, e.g. ave/accuracy (default: each benchmark's main metric)")
    parser.add_argument('--cfg-options', nargs='+', default=[], metavar='KEY=VALUE', help='handed on to tools/train.py')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    names = [Path(config).stem for config in args.configs]
    if len(set(names)) != len(names):
        raise ValueError(f'configs need different names, they name the rows: {names}')
    if missing := [config for config in args.configs if not Path(config).is_file()]:
        raise FileNotFoundError(f'{missing[0]} is not a file')
    if len(set(args.seeds)) != len(args.seeds):
        raise ValueError(f'--seeds {" ".join(map(str, args.seeds))}: each seed once')
    if args.jobs < 1:
        raise ValueError(f'--jobs {args.jobs}: at least 1 is needed')
    out = Path(args.out)
    for name, config in zip(names, args.configs):
        claim(out / name, config, args.cfg_options)
    runs = [(name, config, seed) for seed in args.seeds for name, config in zip(names, args.configs)]
    threads = max(1, (os.cpu_count() or 1) // args.jobs)
    start, done = time.monotonic(), 0
    with ThreadPoolExecutor(args.jobs) as pool:
        futures = [pool.submit(train, config, seed, run_folder(out, name, seed), threads, args.cfg_options) for name, config, seed in runs]
        failed = []
        for (name, _, seed), future in zip(runs, futures):
            succeeded = future.result()
            if not succeeded:
                failed.append(f'{name}, seed {seed}: {run_folder(out, name, seed) / "train.log"}')
            done += 1
            minutes = (time.monotonic() - start) / 60
            print(f'[{done}/{len(runs)}] {name}, seed {seed} {"done" if succeeded else "FAILED"}, {minutes:.1f} min, about '
                  f'{minutes / done * (len(runs) - done):.0f} min left', flush=True)
    results = {name: {seed: json.loads((run_folder(out, name, seed) / 'metrics.json').read_text()) for seed in args.seeds
                      if (run_folder(out, name, seed) / 'metrics.json').is_file()} for name in names}
    table = format_markdown(results, args.metrics or main_metrics(results))
    write_text_atomically(out / 'table.json', json.dumps(results, indent=1) + '\n')
    write_text_atomically(out / 'table.md', table)
    print(f'\n{table}\n{out / "table.md"}')
    if failed:
        print('these runs failed, their logs say why:\n  ' + '\n  '.join(failed), file=sys.stderr)
        sys.exit(1)


def claim(folder: Path, config: str, cfg_options: list[str]) -> None:
    """Note in ``folder`` what its runs are of.

    Raises:
        ConfigError: it holds runs of something else.
    """
    file, what = folder / 'runs_of.txt', '\n'.join([*cfg_options, load_config(config).pretty_text])
    if file.is_file() and file.read_text() == what:
        return
    if folder.is_dir() and any(folder.glob('seed_*')):
        raise ConfigError(f'{folder} holds runs of another {Path(config).name}, or with other --cfg-options: its numbers would be taken for '
                          'those of this one. Give another --out, or delete the folder')
    write_text_atomically(file, what)


def run_folder(out: Path, name: str, seed: int) -> Path:
    """Work directory of a run."""
    return out / name / f'seed_{seed}'


def train(config: str, seed: int, folder: Path, threads: int, cfg_options: list[str]) -> bool:
    """Train and test unless that is done; whether it succeeded."""
    if (folder / 'metrics.json').is_file():
        return True
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(TRAIN), config, '--seed', str(seed), '--work-dir', str(folder), '--no-validate', '--resume']
    if cfg_options:
        command += ['--cfg-options', *cfg_options]
    with (folder / 'train.log').open('w') as log:
        return subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, 'OMP_NUM_THREADS': str(threads)}).returncode == 0


def main_metrics(results: dict[str, dict[int, dict[str, float]]]) -> list[str]:
    """Main metric of every benchmark that any run reports, in the order of the cards."""
    reported = {key for of_seed in results.values() for metrics in of_seed.values() for key in metrics}
    keys = [f'{card.name}/{card.main_metric}' for card in list_cards()]
    return [key for key in keys if key in reported]


def format_markdown(results: dict[str, dict[int, dict[str, float]]], metrics: list[str]) -> str:
    """Configs down, metrics across; mean and, from two seeds on, standard deviation of the seeds; - where nothing is reported."""

    def cell(name: str, key: str) -> str:
        values = [of_seed[key] for of_seed in results[name].values() if key in of_seed]
        if not values:
            return '-'
        spread = f' ± {statistics.stdev(values):.1f}' if len(values) > 1 else ''
        return f'{statistics.mean(values):.1f}{spread}'

    lines = ['| config | seeds | ' + ' | '.join(f'`{key}`' for key in metrics) + ' |', '| --- ' * (len(metrics) + 2) + '|']
    for name in results:
        lines.append(f'| `{name}` | {len(results[name])} | ' + ' | '.join(cell(name, key) for key in metrics) + ' |')
    return '\n'.join(lines) + '\n'


if __name__ == '__main__':
    run_cli(main)

"""tools/data_doctor.py as a user runs it."""
import json

from tests.datasets import media


def test_prints_a_table_and_writes_lists(tools, tmp_path):
    root = media.make_llp(tmp_path / 'llp', media.write_video(tmp_path / 'clip.mp4', seconds=10), train=1, test=1)
    (root / 'video/tra_0000000.mp4').unlink()
    (root / 'feats').mkdir()
    done = tools.run('tools/data_doctor.py', 'llp', '--data-root', root, '--out', tmp_path / 'found.json', '--workers', '1')
    rows = {line.split('|')[1].strip(): line for line in done.stdout.splitlines() if line.startswith('| ')}
    assert list(rows)[2:] == ['train', 'val', 'test'] and '0.0 %' in rows['train'] and '100.0 %' in rows['test']
    splits = json.loads((tmp_path / 'found.json').read_text())['splits']
    assert list(splits['train']['problems']['missing']) == ['tra_0000000'] and splits['test']['coverage']['present'] == 1
    assert splits['test']['coverage']['ids'][:16] in rows['test']

    options = ('--options', 'features.audio=feats', '--splits', 'test', '--no-decode')
    done = tools.run('tools/data_doctor.py', 'llp', '--data-root', root, *options)
    assert '0.0 %' in done.stdout and 'The files were not read' in done.stdout

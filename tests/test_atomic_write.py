"""Files that are whole or not there."""
import pytest

from avreg.atomic_write import whole_file, write_text_atomically


def test_the_file_takes_its_name_when_all_is_written(tmp_path):
    path = tmp_path / 'a folder' / 'file.txt'
    with whole_file(path) as temporary:
        temporary.write_text('half')
        assert not path.exists() and temporary.parent == path.parent
        temporary.write_text('whole')
    assert path.read_text() == 'whole' and list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_the_file_as_it_was_and_nothing_else(tmp_path):
    path = write_text_atomically(tmp_path / 'file.txt', 'before')
    with pytest.raises(KeyError), whole_file(path) as temporary:
        temporary.write_text('half')
        raise KeyError
    assert path.read_text() == 'before' and list(tmp_path.iterdir()) == [path]


def test_two_writers_do_not_meet(tmp_path):
    path = tmp_path / 'file.txt'
    with whole_file(path) as one, whole_file(path) as other:
        one.write_text('one')
        other.write_text('other')
    assert path.read_text() == 'one' and list(tmp_path.iterdir()) == [path]

import hashlib

from avreg.leaderboard.coverage import coverage, coverage_hash


def test_the_hash_is_that_of_the_sorted_lines():
    assert coverage_hash(['b', 'a_1', 'a-1']) == hashlib.sha256(b'a-1\na_1\nb\n').hexdigest()
    assert coverage_hash([12, 7]) == hashlib.sha256(b'12\n7\n').hexdigest(), 'as text'
    assert coverage_hash([]) == hashlib.sha256(b'').hexdigest()


def test_another_set_has_another_hash():
    assert coverage_hash(['a', 'b']) == coverage_hash(['b', 'a']) != coverage_hash(['a']) != coverage_hash(['ab'])


def test_counts():
    assert coverage(iter(['x', 'y']), 4, 'present') == {'present': 2, 'of': 4, 'ids': coverage_hash(['x', 'y'])}

"""What a worker remembers of its partitions: current while they are its own, gone with them, and not in memory."""

import tempfile
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from faust.types import TP

from streams.delivery.remembered import Remembered
from streams.delivery.tables import RememberedStore, Table


@pytest.fixture
def remembered() -> Remembered:
    return Remembered()


def test_the_last_value_counts(remembered: Remembered) -> None:
    remembered.put("وزير".encode(), b"1", 0)
    remembered.put("وزير".encode(), b"2", 0)
    assert remembered.get("وزير".encode()) == b"2"
    assert remembered.get(b"other") is None
    assert len(remembered) == 1


def test_none_forgets(remembered: Remembered) -> None:
    remembered.put(b"a", b"1", 0)
    remembered.put(b"a", None, 0)
    remembered.forget(b"never there")
    assert remembered.get(b"a") is None and len(remembered) == 0


def test_what_went_to_another_worker_is_forgotten(remembered: Remembered) -> None:
    for partition in range(4):
        remembered.put(b"%d" % partition, b"x", partition)
    remembered.keep_only({1, 3})
    assert [k for page in remembered.pages() for k, _ in page] == [b"1", b"3"]
    remembered.keep_only(set())
    assert len(remembered) == 0


def test_a_walk_sees_each_once_whatever_is_put_meanwhile(remembered: Remembered) -> None:
    keys = [b"%04d" % n for n in range(1200)]
    for key in keys:
        remembered.put(key, b"x", 0)
    seen = []
    for page in remembered.pages():
        seen += [key for key, _ in page]
        for key, value in page:
            remembered.put(key, value + b"y", 0)
        remembered.forget(b"1199")
    assert seen == keys[:-1]


def test_it_is_not_in_memory_and_leaves_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    remembered = Remembered()
    assert not [*tmp_path.iterdir()]
    tracemalloc.start()
    for n in range(20_000):
        remembered.put(b"actor-%d" % n, b"%d" % n * 500, n % 8)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000  # of 48 MB; SQLite's own cache has 8 MB at most
    tracemalloc.stop()
    assert remembered.get(b"actor-7") == b"7" * 500


def test_no_temporary_folder_is_told_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(OSError, match="missing"):
        Remembered()


def changelog(key: bytes, value: bytes | None, partition: int = 0) -> Any:
    return SimpleNamespace(message=SimpleNamespace(key=key, value=value, partition=partition))


async def test_a_table_is_read_back_from_its_topic_in_order() -> None:
    app: Any = faust.App("test", Table=Table)
    table = app.Table("profiles", key_type=bytes, value_type=bytes)
    assert isinstance(table.data, RememberedStore)
    of_a = [changelog(b"a", b"1"), changelog(b"a", None), changelog(b"a", b"2")]
    others = [changelog(b"b", b"1", 5), changelog(b"c", b"1"), changelog(b"c", None)]
    table.data.apply_changelog_batch([*of_a, *others], to_key=bytes, to_value=bytes)
    assert table.remembered.get(b"a") == b"2"
    assert table.remembered.get(b"c") is None
    await table.data.on_recovery_completed({TP("actors", 0)}, set())
    assert table.remembered.get(b"b") is None and len(table.remembered) == 1

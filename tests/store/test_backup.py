"""Backups: of one moment while others write, whole or refused, on either database."""

from __future__ import annotations

import gzip
import shutil
import threading
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from gepnet import api, store
from gepnet.guidelines import KnowledgeBase
from gepnet.store.records import row_in
from tests.store.people import CENTRE, Team, team_of


def test_a_backup_under_load_is_of_one_moment(
    kept: store.Store, team: Team, base: KnowledgeBase, tmp_path: Path
) -> None:
    """While four people save, what is brought back verifies and every record is whole."""
    cases = [store.add_case(kept, team.ben, CENTRE) for _ in range(4)]
    stop, failed, saved = threading.Event(), list[Exception](), [0] * 4

    def work(place: int) -> None:
        lab = {"kind": "laboratory", "date": "2026-01-10", "haemoglobin_g_l": 120}
        try:
            while not stop.is_set():
                store.add_events(
                    kept, team.ben, cases[place].id, [lab], base.vocabulary, saved[place]
                )
                saved[place] += 1
        except Exception as error:  # told by the test, not by a thread
            failed.append(error)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    backups = []
    try:
        for number in range(3):
            backups.append(store.backup_store(kept, team.root, tmp_path / f"{number}.backup"))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failed and min(saved) > 0
    for number, backup in enumerate(backups):
        address = str(tmp_path / f"restored-{number}.sqlite")
        store.restore_store(backup.file, team.root, address)
        restored = store.open_store(address)
        found = store.verify_store(restored, team.root)
        assert found.faults == ()
        for case in cases:
            number_kept = store.read_case(restored, team.root, case.id).record_number
            history = store.record_versions(restored, team.root, case.id)
            assert [one.number for one in history] == list(range(number_kept, 0, -1))
            if number_kept:
                whole = store.read_kept(restored, team.root, case.id, base.vocabulary)
                assert len(whole.record.events) == number_kept
        restored.close()


def test_a_store_moves_to_the_other_database(
    kept: store.Store, team: Team, base: KnowledgeBase, tmp_path: Path, postgresql: str
) -> None:
    from tests.store.servers import new_database

    case = store.add_case(kept, team.ben, CENTRE, store.Identity("Bianchi", "Maria"))
    store.save_file(kept, team.ben, case.id, api.example_patient(), base.vocabulary, 0)
    file = tmp_path / "all.backup"
    written = store.backup_store(kept, team.root, file)
    assert file.stat().st_mode & 0o077 == 0
    other = new_database(postgresql) if kept.is_sqlite else str(tmp_path / "other.sqlite")
    back = store.restore_store(file, team.root, other)
    assert back.rows == written.rows and back.faults == ()
    moved = store.open_store(other)
    assert store.read_case(moved, team.ben, case.id) == store.read_case(kept, team.ben, case.id)
    assert store.verify_store(moved, team.root).faults == ()
    moved.close()
    with pytest.raises(api.InputError, match="expected an empty store to restore to"):
        store.restore_store(file, team.root, other)


@pytest.fixture
def small(tmp_path: Path, sqlite_template: Path) -> Path:
    """A backup of a store with people in it."""
    address = shutil.copy(sqlite_template, tmp_path / "small.sqlite")
    opened = store.open_store(str(address))
    team = team_of(opened)
    store.add_case(opened, team.ben, CENTRE)
    file = tmp_path / "small.backup"
    store.backup_store(opened, team.root, file)
    with pytest.raises(api.InputError, match="expected a file that is not there yet"):
        store.backup_store(opened, team.root, file)
    opened.close()
    return file


def _refused(file: Path, told: str) -> None:
    address = str(file.with_suffix(".new"))
    with pytest.raises(api.InputError, match=told):
        store.restore_store(file, store.operator("root"), address)


def test_a_backup_that_is_not_whole_is_refused(small: Path) -> None:
    whole = small.read_bytes()
    lines = gzip.decompress(whole).splitlines(keepends=True)
    for damage in (
        b"",
        b"not a backup",
        whole[: len(whole) // 2],
        gzip.compress(b"".join(lines[:-1])),
        gzip.compress(b"".join([*lines[:5], *lines[6:]])),
        gzip.compress(b"".join(lines).replace(b"Dr Ben South", b"Dr Ben North")),
        gzip.compress(b"[]\n{}\n"),
    ):
        small.write_bytes(damage)
        _refused(small, "expected a backup that `gepnet db backup` wrote, whole and unchanged")
    _refused(small.with_name("nowhere"), "No such file")


def test_a_backup_of_a_store_that_was_tampered_with_is_refused(
    tmp_path: Path, sqlite_template: Path
) -> None:
    address = shutil.copy(sqlite_template, tmp_path / "bad.sqlite")
    opened = store.open_store(str(address))
    team = team_of(opened)
    case = store.add_case(opened, team.ben, CENTRE)
    with opened.engine.begin() as connection:
        connection.execute(text("UPDATE cases SET urgent = 1"))
    file = tmp_path / "bad.backup"
    store.backup_store(opened, team.root, file)
    opened.close()
    _refused(file, f"cases:{case.id} is not as it was last written")
    found = store.restore_store(file, team.root, str(tmp_path / "as-it-is.sqlite"), as_it_is=True)
    assert found.faults == (f"cases:{case.id} is not as it was last written",)


def test_a_version_reads_what_was_saved(kept: store.Store, team: Team, base: KnowledgeBase) -> None:
    case = store.add_case(kept, team.ben, CENTRE)
    saved = store.save_file(kept, team.ben, case.id, api.example_patient(), base.vocabulary, 0)
    with kept.read(team.root, "case.read", case.id) as session:
        row = row_in(session, case.id)
        assert row is not None and row.digest == saved.version.digest
    again = store.read_kept(kept, team.ben, case.id, base.vocabulary, 1)
    # A database keeps the fields of an object, not their order.
    assert yaml.safe_load(again.file) == yaml.safe_load(saved.file)

from pathlib import Path

import pytest

from gepnet.io import losses_report, write_records
from gepnet.knowledge import InputError
from gepnet.record import Record, read_record
from gepnet.vocabulary import Vocabulary


def patients(*names: str) -> list[Record]:
    return [Record(patient=name, losses=("a loss",)) for name in names]


def test_one_file_for_each_patient_and_the_losses(tmp_path: Path, vocabulary: Vocabulary) -> None:
    folder = tmp_path / "folder"
    paths = write_records(patients("A-1", "B 2/x"), folder)
    assert [path.name for path in paths] == ["A-1.yaml", "B_2_x.yaml"]
    assert [read_record(path, vocabulary).patient for path in paths] == ["A-1", "B 2/x"]
    assert (folder / "losses.txt").read_text(encoding="utf-8").count("- a loss") == 2
    assert sorted(path.name for path in folder.iterdir()) == [
        "A-1.yaml", "B_2_x.yaml", "losses.txt",
    ]  # fmt: skip


def test_files_that_are_there_are_kept_unless_forced(tmp_path: Path) -> None:
    (path,) = write_records(patients("A"), tmp_path)
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="--force"):
        write_records(patients("A", "B"), tmp_path)
    assert path.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "B.yaml").exists()
    write_records(patients("A", "B"), tmp_path, force=True)
    assert path.read_text(encoding="utf-8") != "mine"
    assert (tmp_path / "B.yaml").exists()


def test_two_patients_never_share_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a patient name of its own \(also used by A/1\)"):
        write_records(patients("A/1", "A_1"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.write_text

    def full_disk(self: Path, *args: object, **kwargs: object) -> int:
        if self.name == "B.yaml":
            raise OSError(28, "No space left on device")
        return real(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", full_disk)
    with pytest.raises(InputError, match="No space left"):
        write_records(patients("A", "B", "C"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="a folder that can be written"):
        write_records(patients("A"), tmp_path / "file")


def test_the_report_names_each_patient_with_the_number_of_losses() -> None:
    assert "A: 1\n- a loss" in losses_report(patients("A"))

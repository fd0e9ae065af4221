from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from svcctl.base.errors import Exit
from svcctl.base.errors import GitError
from svcctl.vcs import git

pytestmark = pytest.mark.git


def repository(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    git.run(folder, ["init", "-q", "-b", "main"])
    return folder


def committed(folder: Path, name: str, data: bytes) -> None:
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    git.run(folder, ["add", "--", name])
    git.run(folder, ["commit", "-q", "-m", "one"])


def test_run_returns_what_git_prints(tmp_path: Path) -> None:
    assert git.run(tmp_path, ["--version"]).startswith(b"git version")


def test_run_failing_says_which_command_and_gits_own_words(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="git status failed: not a git repository") as caught:
        git.run(tmp_path, ["status"])
    assert caught.value.exit_code is Exit.GIT


def test_run_without_git_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git is not installed"):
        git.run(tmp_path, ["--version"])
    with pytest.raises(GitError, match="git is not installed"):
        git.BatchReader(tmp_path)


def test_run_too_long_is_an_error(tmp_path: Path) -> None:
    repository(tmp_path)
    with pytest.raises(GitError, match="no answer within 0 seconds"):
        git.run(tmp_path, ["-c", "alias.nap=!sleep 5", "nap"], timeout_s=0.1)


def test_run_in_a_missing_folder_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="cannot be started in"):
        git.run(tmp_path / "gone", ["--version"])


def test_run_is_deaf_to_the_variables_of_a_hook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, other = repository(tmp_path / "here"), repository(tmp_path / "other")
    committed(other, "a.txt", b"other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    assert git.find(here).top == here
    assert git.run(here, ["ls-files"]) == b""
    on_purpose = {"GIT_INDEX_FILE": str(other / ".git" / "index")}
    assert git.run(here, ["ls-files"], env=on_purpose) == b"a.txt\n"


def test_run_gives_chinese_paths_as_they_are(tmp_path: Path) -> None:
    repository(tmp_path)
    committed(tmp_path, "投诉.txt", b"x")
    assert git.run(tmp_path, ["ls-files"]).decode() == "投诉.txt\n"


def test_find_tells_top_prefix_and_git_folders(tmp_path: Path) -> None:
    repository(tmp_path)
    inner = tmp_path / "a" / "records"
    inner.mkdir(parents=True)
    found = git.find(inner)
    assert (found.top, found.prefix) == (tmp_path, "a/records/")
    assert found.git.resolve() == found.common.resolve() == tmp_path / ".git"
    assert git.find(tmp_path).prefix == ""


def test_find_in_a_worktree_keeps_own_and_common_apart(tmp_path: Path) -> None:
    main = repository(tmp_path / "main")
    committed(main, "a.txt", b"x")
    git.run(main, ["worktree", "add", "-q", str(tmp_path / "second")])
    found = git.find(tmp_path / "second")
    assert found.top == tmp_path / "second"
    assert found.common.resolve() == main / ".git"
    assert found.git.resolve() == main / ".git" / "worktrees" / "second"


def test_find_outside_says_it_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(git.NotARepositoryError, match="is not in a git repository"):
        git.find(tmp_path)
    assert not git.is_inside(tmp_path)
    assert git.is_inside(repository(tmp_path))


def test_find_in_a_bare_repository_says_it_has_no_files(tmp_path: Path) -> None:
    git.run(tmp_path, ["init", "-q", "--bare"])
    with pytest.raises(git.NotARepositoryError):
        git.find(tmp_path)


def test_batch_reader_gives_objects_in_order_and_none_for_missing(tmp_path: Path) -> None:
    repository(tmp_path)
    texts = [f"text {number}\n".encode() * number for number in range(200)]
    names = []
    for text in texts:
        made = git.run(tmp_path, ["hash-object", "-w", "--stdin"], data=text)
        names.append(made.decode().strip())
    asked = [*names, "0" * 40, *reversed(names)]
    with git.BatchReader(tmp_path) as reader:
        assert list(reader.read_many(asked)) == [*texts, None, *reversed(texts)]


def test_batch_reader_in_no_repository_fails_in_words(tmp_path: Path) -> None:
    with (
        git.BatchReader(tmp_path) as reader,
        pytest.raises(GitError, match="not a git repository"),
    ):
        list(reader.read_many(["0" * 40]))


def test_batch_reader_left_early_ends_its_process(tmp_path: Path) -> None:
    repository(tmp_path)
    committed(tmp_path, "a.txt", b"x")
    with git.BatchReader(tmp_path) as reader:
        next(reader.read_many(["HEAD:a.txt", "HEAD:a.txt"]))
        process: subprocess.Popen[bytes] = reader._process
    assert process.poll() is not None


def test_batch_reader_that_gets_no_answer_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nexec sleep 20\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with (
        git.BatchReader(tmp_path, timeout_s=0.2) as reader,
        pytest.raises(GitError, match="no answer"),
    ):
        list(reader.read_many(["HEAD"]))


def test_stream_gives_pieces_while_git_runs_and_its_words_when_it_fails(tmp_path: Path) -> None:
    git.run(tmp_path, ["init", "-q"])
    git.run(tmp_path, ["commit", "-q", "--allow-empty", "-m", "one"])
    git.run(tmp_path, ["commit", "-q", "--allow-empty", "-m", "two"])
    assert list(git.stream(tmp_path, ["log", "-z", "--format=%s"])) == [b"two", b"one"]
    assert next(git.stream(tmp_path, ["log", "-z", "--format=%s"])) == b"two"
    with pytest.raises(GitError, match="nothing"):
        list(git.stream(tmp_path, ["log", "-z", "nothing", "--"]))

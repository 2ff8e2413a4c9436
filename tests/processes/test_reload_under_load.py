"""Files that change in every way that there is, under clients that never pause."""

import shutil
import subprocess
import time

import pytest

from tests.processes.serving import Clients, files, write
from tests.waiting import until

#: What operators are promised, in seconds.
PROMISE = 2.0
#: Who is not root is it among users of its own.
UNSHARE = ("unshare", "--map-root-user", "--mount")


def in_place(root, version):
    """Truncate and write again, in pieces."""
    for name, text in files(version).items():
        with (root / name).open("w") as opened:
            for start in range(0, len(text), 20):
                opened.write(text[start : start + 20])
                opened.flush()


def by_rename(root, version):
    for name, text in files(version).items():
        (root / f".{name}.new").write_text(text)
        (root / f".{name}.new").rename(root / name)


def config_map(root, version):
    """As the kubelet does: a new folder, and one link that is replaced."""
    old = (root / "..data").readlink()
    write(root / f"..{version}", version)
    (root / "..tmp").symlink_to(f"..{version}")
    (root / "..tmp").rename(root / "..data")
    shutil.rmtree(root / old)


def git_sync(root, version):
    """As git-sync does: the folder itself is a link that flips to a new work tree."""
    old = root.readlink()
    write(root.parent / f"tree-{version}", version)
    (root.parent / "new").symlink_to(f"tree-{version}")
    (root.parent / "new").rename(root)
    shutil.rmtree(root.parent / old)


def start_plain(root):
    write(root, 1)


def start_config_map(root):
    write(root / "..1", 1)
    (root / "..data").symlink_to("..1")
    for name in files(1):
        (root / name).symlink_to(f"..data/{name}")


def start_git_sync(root):
    write(root.parent / "tree-1", 1)
    root.symlink_to("tree-1")


def start_bind_mount(root):
    """The gateway sees the folder elsewhere than it is written to."""
    write(root, 1)
    (root.parent / "seen").mkdir()


def may_mount():
    """Say whether this machine lets the tests have mounts of their own."""
    tried = [*UNSHARE, "true"]
    return (
        shutil.which(tried[0])
        and not subprocess.run(tried, check=False, capture_output=True).returncode
    )


MOUNTS = {
    "in place": (start_plain, in_place),
    "by rename": (start_plain, by_rename),
    "ConfigMap": (start_config_map, config_map),
    "git-sync": (start_git_sync, git_sync),
} | ({"bind": (start_bind_mount, by_rename)} if may_mount() else {})


@pytest.mark.parametrize(("start", "change"), MOUNTS.values(), ids=MOUNTS)
def test_every_answer_is_of_one_version_and_a_new_one_is_everywhere_in_time(
    tmp_path, serve, start, change
):
    root, prefix = tmp_path / "root", ()
    start(root)
    seen = root
    if start is start_bind_mount:
        seen = tmp_path / "seen"
        mounting = 'mount --bind "$0" "$1" && shift && exec "$@"'
        prefix = (*UNSHARE, "sh", "-c", mounting, root, seen)
    gateway = serve(seen, "--processes", "2", prefix=prefix)
    with Clients(gateway) as clients:
        changed, everywhere = {}, {}
        for version in (2, 3):
            before = {one["revision"] for one in gateway.workers()}
            change(root, version)
            changed[version] = time.monotonic()
            until(lambda: _all_new(gateway, before), f"version {version}")  # noqa: B023
            everywhere[version] = time.monotonic()
            assert everywhere[version] - changed[version] < PROMISE
        until(lambda: _answered_since(clients, everywhere[3]), "answers by version 3")

    assert not clients.broken
    for began, status, messages in clients.answers:
        assert status == 200
        (version,) = {int(text.partition(" ")[2]) for text in messages}
        assert [text.partition(" ")[0] for text in messages] == ["A", "B"]
        assert version >= max([1, *(one for one, at in everywhere.items() if began > at)])
    pids = {one["pid"] for one in gateway.workers()}
    assert len(pids) == 2
    assert "child_ended" not in gateway.events()


def _all_new(gateway, before):
    revisions = {one["revision"] for one in gateway.workers()}
    return len(revisions) == 1 and not revisions & before


def _answered_since(clients, moment):
    return all(one.answers[-1][0] > moment for one in clients.all)


def test_a_broken_queue_answers_as_before_in_every_worker(configs, serve):
    gateway = serve(configs, "--processes", "2")
    with Clients(gateway) as clients:
        (configs / "a.rules.yaml").write_text("version: 1\nrules: [\n")
        assert gateway.reload()[0] == 422
        (configs / "gateway.yaml").unlink()
        assert gateway.reload()[0] == 422
        broken_at = time.monotonic()
        until(lambda: _answered_since(clients, broken_at), "answers by the old version")
        write(configs, 2)
        assert gateway.reload()[0] == 200
        mended_at = time.monotonic()
        until(lambda: _answered_since(clients, mended_at), "answers by the new version")

    assert not clients.broken
    for began, status, messages in clients.answers:
        assert status == 200
        assert messages in (["A 1", "B 1"], ["A 2", "B 2"])
        assert messages == ["A 1", "B 1"] or began > broken_at
        assert messages == ["A 2", "B 2"] or began < mended_at

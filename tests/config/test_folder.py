import os
import time
from pathlib import Path

import pytest

from gateway.config import folder
from gateway.config.folder import UnreadableError, peek, read_plain, take_snapshot
from gateway.diagnostic import Report
from tests.permissions import held_to_permissions


def write(root, **files):
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def problems(root):
    return {problem.name: problem.message for problem in take_snapshot(root).problems}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("gateway.yaml", True),
        ("acme.queue.yaml", True),
        ("deep/er/vat.rules.yaml", True),
        ("acme.test.yaml", True),
        ("acme.schema.json", True),
        ("my-gateway.yaml", False),
        ("acme.queue.yml", False),
        ("notes.txt", False),
        (".acme.queue.yaml", False),
        (".git/acme.queue.yaml", False),
        ("acme.queue.yaml~", False),
        (".acme.queue.yaml.swp", False),
        ("#acme.queue.yaml#", False),
        ("4913", False),
        ("lost+found/acme.queue.yaml", False),
    ],
)
def test_files_are_chosen_by_their_names(tmp_path, name, read):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("version: 1\n")

    assert set(take_snapshot(tmp_path).files) == ({name} if read else set())
    assert bool(peek(tmp_path)) is read


def test_a_pipe_with_a_rule_files_name_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "x.rules.yaml")
    began = time.monotonic()

    assert problems(tmp_path) == {"x.rules.yaml": "not a plain file"}
    with pytest.raises(UnreadableError, match="not a plain file"):
        read_plain(str(tmp_path / "x.rules.yaml"), 10)
    assert time.monotonic() - began < 1


def test_what_is_no_plain_file_inside_the_folder_is_refused_with_its_reason(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.rules.yaml").write_text("x")
    root = tmp_path / "configs"
    (root / "folder.rules.yaml").mkdir(parents=True)
    (root / "out.rules.yaml").symlink_to("../outside/secret.rules.yaml")
    (root / "out").symlink_to(outside)
    (root / "dangling.rules.yaml").symlink_to("nowhere")
    (root / "loop.rules.yaml").symlink_to("loop.rules.yaml")
    (root / "device.rules.yaml").symlink_to("/dev/zero")
    (root / "harmless.txt").symlink_to("/etc/passwd")

    found = problems(root)

    assert "a folder" in found.pop("folder.rules.yaml")
    assert "leaves the configuration folder" in found.pop("out.rules.yaml")
    assert "leaves the configuration folder" in found.pop("out")
    assert "leads nowhere" in found.pop("dangling.rules.yaml")
    assert found.pop("loop.rules.yaml")
    assert "leaves the configuration folder" in found.pop("device.rules.yaml")
    assert not found
    assert not take_snapshot(root).files


def test_a_neighbor_whose_name_begins_alike_is_outside(tmp_path):
    write(tmp_path, configs__gateway_yaml="version: 1", configs2__a_rules_yaml="x")
    (tmp_path / "configs" / "a.rules.yaml").symlink_to("../configs2/a.rules.yaml")

    assert set(problems(tmp_path / "configs")) == {"a.rules.yaml"}


def test_a_file_that_is_too_large_is_refused(tmp_path):
    (tmp_path / "a.rules.yaml").write_bytes(b"#" * folder.MAX_YAML)
    (tmp_path / "b.rules.yaml").write_bytes(b"#" * (folder.MAX_YAML + 1))
    (tmp_path / "c.schema.json").write_bytes(b" " * (folder.MAX_YAML + 1))

    assert problems(tmp_path) == {"b.rules.yaml": "larger than 1 MB"}
    assert set(take_snapshot(tmp_path).files) == {"a.rules.yaml", "c.schema.json"}


def test_a_folder_of_too_much_yaml_is_refused(tmp_path):
    allowed = folder.MAX_YAML_TOTAL // folder.MAX_YAML
    for number in range(allowed + 2):
        (tmp_path / f"{number:02}.rules.yaml").write_bytes(b"#" * folder.MAX_YAML)

    assert list(problems(tmp_path)) == [f"{allowed:02}.rules.yaml", f"{allowed + 1:02}.rules.yaml"]


def test_a_folder_that_is_not_there_is_a_problem_of_its_own(tmp_path):
    snapshot = take_snapshot(tmp_path / "gone")
    report = Report()
    snapshot.report_problems(report)

    (found,) = report
    assert (found.code, found.span.file) == ("R120", str(tmp_path / "gone"))
    assert found.message == "cannot be listed: no such file or folder"


def test_a_name_that_is_not_utf8_is_refused(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.rules.yaml"
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    except OSError:
        pytest.skip("a file system that takes no such name")

    assert problems(tmp_path) == {
        "\N{REPLACEMENT CHARACTER}.rules.yaml": "a name that is not UTF-8"
    }


def test_links_in_a_circle_end(tmp_path):
    write(tmp_path, a__x_rules_yaml="x")
    (tmp_path / "a" / "up").symlink_to("..")

    snapshot = take_snapshot(tmp_path)

    assert set(snapshot.files) == {"a/x.rules.yaml"}
    assert not snapshot.problems


def test_each_real_file_is_read_once_and_keeps_its_other_names(tmp_path):
    write(tmp_path, b__x_rules_yaml="x")
    (tmp_path / "a.rules.yaml").symlink_to("b/x.rules.yaml")
    (tmp_path / "c").symlink_to("b")

    snapshot = take_snapshot(tmp_path)

    assert dict(snapshot.files) == {"b/x.rules.yaml": b"x"}
    assert set(snapshot.aliases.items()) == {
        ("a.rules.yaml", "b/x.rules.yaml"),
        ("c/x.rules.yaml", "b/x.rules.yaml"),
    }


def config_map(root, version, **files):
    """Do what the kubelet does: a new folder, then one rename over ``..data``."""
    folder = root / f"..{version}"
    folder.mkdir(parents=True)
    write(folder, **files)
    (root / "..tmp").symlink_to(folder.name)
    (root / "..tmp").rename(root / "..data")
    for name in os.listdir(folder):  # noqa: PTH208 - names only
        if not (root / name).is_symlink():
            (root / name).symlink_to(f"..data/{name}")


def test_a_config_map_is_read_once_through_its_data_link(tmp_path):
    config_map(tmp_path, "1", gateway_yaml="old", a_rules_yaml="old")
    before, seen = take_snapshot(tmp_path), peek(tmp_path)
    config_map(tmp_path, "2", gateway_yaml="new", a_rules_yaml="new")
    after = take_snapshot(tmp_path)

    assert dict(before.files) == {"gateway.yaml": b"old", "a.rules.yaml": b"old"}
    assert dict(after.files) == {"gateway.yaml": b"new", "a.rules.yaml": b"new"}
    assert not after.aliases
    assert not after.problems
    assert peek(tmp_path) != seen


def test_a_data_link_that_leaves_the_folder_is_not_followed(tmp_path):
    write(tmp_path, outside__a_rules_yaml="x")
    root = tmp_path / "configs"
    root.mkdir()
    (root / "..data").symlink_to("../outside")
    (root / "a.rules.yaml").symlink_to("..data/a.rules.yaml")

    assert set(problems(root)) == {"a.rules.yaml"}


def test_a_root_that_is_a_link_follows_it_anew_each_time(tmp_path):
    write(tmp_path, one__gateway_yaml="one", two__gateway_yaml="two")
    link = tmp_path / "current"
    link.symlink_to("one")
    before = take_snapshot(link)
    link.unlink()
    link.symlink_to("two")

    assert before.files["gateway.yaml"] == b"one"
    assert take_snapshot(link).files["gateway.yaml"] == b"two"


def test_the_digest_tells_names_and_contents_and_nothing_else(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / name, gateway_yaml="x", q_rules_yaml="y")
    first, second = take_snapshot(tmp_path / "a"), take_snapshot(tmp_path / "b")
    write(tmp_path / "b", notes_txt="not ours")
    third = take_snapshot(tmp_path / "b")
    (tmp_path / "b" / "q.rules.yaml").rename(tmp_path / "b" / "r.rules.yaml")
    renamed = take_snapshot(tmp_path / "b")
    write(tmp_path / "a", q_rules_yaml="z")

    assert first.digest == second.digest == third.digest
    assert len({first.digest, renamed.digest, take_snapshot(tmp_path / "a").digest}) == 3
    assert first.digest.startswith(first.revision)


def test_content_moved_from_one_file_to_the_next_changes_the_digest(tmp_path):
    write(tmp_path / "a", a_rules_yaml="xy", b_rules_yaml="z")
    write(tmp_path / "b", a_rules_yaml="x", b_rules_yaml="yz")

    assert take_snapshot(tmp_path / "a").digest != take_snapshot(tmp_path / "b").digest


def test_files_are_shown_as_the_folder_was_written(tmp_path):
    write(tmp_path, configs__q__a_rules_yaml="x")
    written = f"{os.path.relpath(tmp_path)}/./configs/"

    snapshot = take_snapshot(Path(written))

    assert [snapshot.shown(name) for name in snapshot.files] == [
        f"{os.path.relpath(tmp_path)}/configs/q/a.rules.yaml"
    ]


def test_a_folder_of_very_many_entries_is_refused(tmp_path):
    write(tmp_path, a_rules_yaml="x", b_rules_yaml="x", c_txt="x")

    (problem,) = take_snapshot(tmp_path, entries=2).problems
    assert (problem.name, problem.message) == ("", "more than 2 entries below this folder")


def test_a_file_without_permission_is_a_problem(tmp_path):
    write(tmp_path, a_rules_yaml="x")
    (tmp_path / "a.rules.yaml").chmod(0)

    with held_to_permissions():
        assert problems(tmp_path) == {"a.rules.yaml": "permission denied"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("acme.queue.yml", "acme.queue.yaml"),
        ("deep/acme.rule.yaml", "acme.rules.yaml"),
        ("acme.Rules.YAML", "acme.rules.yaml"),
        ("acme.tests.yaml", "acme.test.yaml"),
        ("acme-queue.yaml", "acme.queue.yaml"),
        ("queue.yaml", "NAME.queue.yaml"),
        ("gateway.yml", "gateway.yaml"),
        ("my-gateway.yaml", None),
        ("values.yaml", None),
        (".acme.queue.yml", None),
    ],
)
def test_a_name_that_is_nearly_right_is_told_with_the_right_one(tmp_path, name, meant):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("version: 1\n")

    snapshot = take_snapshot(tmp_path)

    assert dict(snapshot.misnamed) == ({} if meant is None else {name: meant})
    assert not snapshot.files

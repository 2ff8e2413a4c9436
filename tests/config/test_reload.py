"""Folders that change under a running gateway, on real files and with a clock of our own."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config.load import load_snapshot
from gateway.config.references import FOLDERS_VARIABLE
from gateway.config.reload import THOROUGH
from tests.config.following import (
    BROKEN,
    FILES,
    GATEWAY,
    MORE,
    RULES,
    Served,
    queue,
    write,
)


@pytest.fixture
def served(tmp_path):
    root = tmp_path / "configs"
    write(root, FILES)
    return Served(root)


def test_nothing_happens_while_nothing_changes(served):
    for _ in range(5):
        served.settle()
    served.now += THOROUGH
    served.settle()

    assert not served.switched
    assert not served.reported


def test_a_change_is_taken_once_it_has_settled(served):
    write(served.root, {"a.rules.yaml": MORE})

    assert served.look(1.0) == pytest.approx(0.3)
    assert not served.switched
    assert served.look(0.3) == 0.0
    (configuration,) = served.switched
    assert served.rules() == ["total-missing", "date-missing"]
    assert served.status.revision == configuration.revision
    assert (served.status.successes, served.status.failures) == (1, 0)
    assert not served.status.stale


def test_a_file_that_is_being_written_is_not_taken(served):
    for text in ("", RULES[:40], RULES + "#", MORE):
        write(served.root, {"a.rules.yaml": text})
        assert served.look(0.2) > 0
    assert not served.reported

    served.settle()

    assert len(served.switched) == len(served.reported) == 1
    assert len(served.rules()) == 2


def test_touching_a_file_changes_nothing(served):
    (served.root / "a.rules.yaml").touch()
    served.settle()

    assert not served.reported


def test_a_file_replaced_by_rename_is_taken(served):
    (served.root / ".new").write_text(MORE)
    (served.root / ".new").rename(served.root / "a.rules.yaml")
    served.settle()

    assert len(served.rules()) == 2


def test_a_config_map_that_is_swapped_is_taken_as_a_whole(tmp_path):
    def mount(version, files):
        write(tmp_path / f"..{version}", files)
        (tmp_path / "..tmp").symlink_to(f"..{version}")
        (tmp_path / "..tmp").rename(tmp_path / "..data")

    mount("1", FILES)
    for name in FILES:
        (tmp_path / name).symlink_to(f"..data/{name}")
    served = Served(tmp_path)
    mount("2", {**FILES, "a.rules.yaml": MORE, "acme.queue.yaml": queue("ACME", 5)})
    shutil.rmtree(tmp_path / "..1")
    served.settle()

    (configuration,) = served.switched
    assert len(served.rules()) == 2
    assert set(configuration.queues) == {5, 6, 11, 12}


def test_a_link_to_a_folder_that_flips_is_taken(tmp_path):
    write(tmp_path / "one", FILES)
    write(tmp_path / "two", {**FILES, "a.rules.yaml": MORE})
    link = tmp_path / "current"
    link.symlink_to("one")
    served = Served(link)
    (tmp_path / "tmp").symlink_to("two")
    (tmp_path / "tmp").rename(link)
    served.settle()

    assert len(served.rules()) == 2


def test_a_folder_that_vanishes_leaves_the_old_rules_until_it_returns(served):
    moved = served.root.with_name("moved")
    served.root.rename(moved)
    served.settle()
    served.settle()

    (loaded,) = served.reported
    assert [found.code for found in loaded.report] == ["R120"]
    assert not served.switched
    assert served.status.stale
    assert served.rules() == ["total-missing"]

    moved.rename(served.root)
    served.settle()

    assert not served.status.stale
    assert not served.status.failure
    assert not served.switched
    assert len(served.reported) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"gateway.yaml": "version: 2\n"},
        {"gateway.yaml": GATEWAY + "secret: ${env:MISSING}\n"},
    ],
)
def test_a_bad_folder_changes_nothing_and_is_reported_once(served, change):
    before = served.reloader.configuration
    write(served.root, change)
    for _ in range(4):
        served.settle()

    assert len(served.reported) == 1
    assert served.reloader.configuration is before
    assert served.status.stale
    assert served.status.failure == tuple(served.reported[0].report)
    assert served.status.revision == before.revision
    assert (served.status.successes, served.status.failures) == (0, 1)


def test_the_next_good_contents_are_taken_after_bad_ones(served):
    write(served.root, {"gateway.yaml": "version: 2\n"})
    served.settle()
    write(served.root, {"gateway.yaml": GATEWAY, "a.rules.yaml": MORE})
    served.settle()

    assert len(served.rules()) == 2
    assert not served.status.stale
    assert (served.status.successes, served.status.failures) == (1, 1)


def test_the_same_bad_contents_are_reported_again_when_they_come_back(served):
    for text in ("version: 2\n", GATEWAY, "version: 2\n"):
        write(served.root, {"gateway.yaml": text})
        served.settle()

    assert len(served.reported) == 2
    assert served.status.stale


def test_a_broken_queue_answers_as_before_while_the_others_go_on(served):
    before = served.reloader.configuration
    write(
        served.root, {"acme.queue.yaml": "version: 1\n", "globex.queue.yaml": queue("GLOBEX", 21)}
    )
    for _ in range(3):
        served.settle()

    (configuration,) = served.switched
    assert configuration.by_name["acme"] is before.by_name["acme"]
    assert set(configuration.queues) == {1, 2, 21, 22}
    assert served.status.failed == ("acme",)
    assert served.status.stale
    assert served.status.failure
    assert (served.status.successes, served.status.failures) == (0, 1)

    write(served.root, {"acme.queue.yaml": queue("ACME", 31)})
    served.settle()

    assert set(served.reloader.configuration.queues) == {31, 32, 21, 22}
    assert not served.status.stale


def test_asking_for_a_look_tries_again_what_was_refused(served):
    write(served.root, {"gateway.yaml": "version: 2\n"})
    served.settle()

    wait = served.reloader.look(served.now, thorough=True)
    served.look(wait)

    assert len(served.reported) == 2


def test_a_secret_file_that_changes_is_read_again(tmp_path):
    secrets = tmp_path / "secrets"
    write(secrets, {"acme": "first-secret-of-acme-1\n"})
    text = queue("X").replace("${env:X}", f"${{file:{secrets}/acme}}")
    root = tmp_path / "configs"
    write(root, {"gateway.yaml": GATEWAY, "acme.queue.yaml": text, "a.rules.yaml": RULES})
    served = Served(root, {FOLDERS_VARIABLE: str(secrets)})
    before = served.reloader.configuration
    write(secrets, {"acme": "second-secret-of-acme\n"})
    served.settle()
    (secrets / "acme").unlink()
    served.settle()

    (configuration,) = served.switched[:1]
    assert configuration.by_name["acme"].secrets[0].value == "second-secret-of-acme"
    assert configuration.revision == before.revision
    assert served.status.failed == ("acme",)
    kept = served.reloader.configuration.by_name["acme"]
    assert kept.secrets[0].value == "second-secret-of-acme"


def test_who_is_given_what_was_judged_decides_the_same_whatever_has_changed_since(tmp_path):
    secrets = tmp_path / "secrets"
    write(secrets, {"acme": "first-secret-of-acme-1\n", "globex": "first-secret-of-globex-1\n"})
    root, environment = tmp_path / "configs", {FOLDERS_VARIABLE: str(secrets)}

    def with_file(name, first):
        return queue("X", first).replace("${env:X}", f"${{file:{secrets}/{name}}}")

    write(root, {**FILES, "acme.queue.yaml": with_file("acme", 1)})
    write(root, {"globex.queue.yaml": with_file("globex", 11)})
    served = Served(root, environment)
    start = served.reloader.configuration
    write(root, {"a.rules.yaml": MORE, "globex.queue.yaml": BROKEN})
    write(secrets, {"acme": "second-secret-of-acme\n"})
    served.settle()
    ((snapshot, files),) = served.offered
    (secrets / "acme").unlink()
    shutil.rmtree(root)

    other = load_snapshot(snapshot, environment, previous=start, secret_files=files)

    own = served.reported[0]
    assert list(other.report) == list(own.report)
    assert (other.failed, other.stamps, other.digest) == (own.failed, own.stamps, own.digest)
    assert other.configuration.revision == own.configuration.revision
    assert other.configuration.by_name["acme"].secrets == own.configuration.by_name["acme"].secrets
    assert other.configuration.by_name["globex"] is start.by_name["globex"]


def test_a_fault_of_ours_is_met_once_and_the_next_change_is_taken(served):
    served.faulty = True
    write(served.root, {"a.rules.yaml": MORE})
    with pytest.raises(ZeroDivisionError):
        served.settle()
    for _ in range(3):
        served.settle()
    assert not served.reported

    served.faulty = False
    write(served.root, {"a.rules.yaml": MORE + "# and more\n"})
    served.settle()

    assert len(served.rules()) == 2


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["acme.queue.yaml", "globex.queue.yaml", "gateway.yaml"]),
        st.integers(0, 4),
        st.booleans(),
    ),
    max_size=8,
)


@settings(max_examples=25)
@given(EDITS)
def test_each_queue_serves_its_last_good_version_that_settled(edits):
    """Versions 0 to 2 of a file are good, others are broken; a model says what is served."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "configs"
        write(root, FILES)
        served = Served(root)
        disk = {"acme": 0, "globex": 0, "gateway": 0}
        model = {"acme": 1, "globex": 11}
        for file, version, rests in edits:
            name = file.partition(".")[0]
            disk[name] = version
            write(root, {file: _version(name, version)})
            if not rests:
                served.look(0.1)
                continue
            served.settle()
            if disk["gateway"] <= 2:
                model.update(
                    (name, first + 2 * disk[name])
                    for name, first in (("acme", 1), ("globex", 11))
                    if disk[name] <= 2
                )
            firsts = {
                name: queue.ids[0] for name, queue in served.reloader.configuration.by_name.items()
            }
            assert firsts == model
            assert served.status.stale == (max(disk.values()) > 2)


def _version(name, version):
    if version > 2:
        return f"version: {version}\n"
    if name == "gateway":
        return GATEWAY + "#\n" * version
    return queue(name.upper(), {"acme": 1, "globex": 11}[name] + 2 * version)


def test_a_broken_table_is_told_until_it_is_mended_and_holds_up_nothing(served):
    tables = {"gateway.yaml": f"{GATEWAY}tables: {{vendors: {{file: v.csv, queues: all}}}}\n"}
    write(served.root, {**tables, "v.csv": "id\nV1\n"})
    served.settle()
    write(served.root, {"v.csv": "id\nV1,V2\n", "a.rules.yaml": MORE})
    served.settle()
    broken = served.status

    assert served.rules() == ["total-missing", "date-missing"]
    assert (broken.stale, broken.failed) == (True, ())
    assert [found.code for found in broken.failure] == ["R156"]

    write(served.root, {"v.csv": "id\nV1\n"})
    served.settle()

    assert not served.status.stale
    assert not served.status.failure

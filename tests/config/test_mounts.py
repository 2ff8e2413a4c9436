"""Which files are mounts themselves, by a table as the system writes it."""

import pytest

from gateway.config.mounts import mounted_files


def line(place):
    return f"36 35 98:0 /source {place} rw,noatime master:1 - ext4 /dev/root rw,errors=continue\n"


@pytest.mark.parametrize(
    ("places", "found"),
    [
        (["/", "{root}"], []),
        (["{root}/a.rules.yaml"], ["a.rules.yaml"]),
        (["{root}/sub/b.rules.yaml", "{root}/a.rules.yaml"], ["a.rules.yaml", "sub/b.rules.yaml"]),
        pytest.param([r"{root}/with\040blank.rules.yaml"], ["with blank.rules.yaml"], id="escaped"),
        pytest.param(["{root}/else.rules.yaml"], [], id="what is not served"),
        pytest.param(["", "short"], [], id="odd lines"),
    ],
)
def test_files_that_are_mounts_are_found(tmp_path, places, found):
    table = tmp_path / "mountinfo"
    table.write_text("".join(line(one.format(root=tmp_path)) for one in places) + "odd\n")
    names = ["a.rules.yaml", "sub/b.rules.yaml", "with blank.rules.yaml", "c.rules.yaml"]

    assert mounted_files(tmp_path, names, table) == found


def test_a_link_counts_as_what_it_leads_to(tmp_path):
    table = tmp_path / "mountinfo"
    table.write_text(line(tmp_path / "real.yaml"))
    (tmp_path / "real.yaml").touch()
    (tmp_path / "a.rules.yaml").symlink_to("real.yaml")

    assert mounted_files(tmp_path, ["a.rules.yaml"], table) == ["a.rules.yaml"]


def test_without_a_table_nothing_is_known(tmp_path):
    assert mounted_files(tmp_path, ["a.rules.yaml"], tmp_path / "none") == []

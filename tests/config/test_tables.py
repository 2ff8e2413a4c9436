"""`tables:` of gateway.yaml: what is refused, whose tables they are, and what a reload does."""

from pathlib import Path

import pytest

from gateway.annotation.values import Kind
from gateway.config.difference import difference
from gateway.config.folder import take_snapshot
from gateway.config.load import Loaded, load_snapshot
from gateway.engine.tables import Criterion, Found, Question, TableError
from gateway.lookups.sources import FileSource

ENVIRONMENT = {
    "ACME": "secret-of-acme-0123456789",
    "GLOBEX": "secret-of-globex-01234567",
    "DSN": "postgresql://reader:canary-password@db.example.com/erp",
    "FILE_DSN": "sqlite:////srv/erp.db",
    "RELATIVE_DSN": "sqlite:///erp.db",
    "MEMORY_DSN": "sqlite://",
    "WRITING_DSN": "sqlite:////srv/erp.db?mode=rwc",
    "MYSQL_DSN": "mysql://reader:canary-password@db.example.com/erp",
    "HOST_DSN": "postgresql://reader:canary-password@db.example.com",
    "PORT_DSN": "postgresql://reader:canary-password@db.example.com:canary/erp",
    "OPTIONS_DSN": "postgresql://reader@db.example.com/erp?options=-cstatement_timeout%3D0",
}
RULES = "version: 1\nrules:\n  - {id: fine, message: Fine.}\n"
VENDORS = "id,name\nV1,ACME\nV2,Globex\n"


def queue(number: int, secret: str) -> str:
    return (
        f"version: 1\nqueue:\n  ids: [{number}]\n  secret: ${{env:{secret}}}\n"
        "  rules: [a.rules.yaml]\n"
    )


@pytest.fixture
def loaded(tmp_path):
    """Write files beside a good folder, and load what it then holds."""
    good = {"acme.queue.yaml": queue(1, "ACME"), "a.rules.yaml": RULES, "vendors.csv": VENDORS}

    def load(tables: str, previous: Loaded | None = None, **files: str | bytes | None) -> Loaded:
        named = {name.replace("_", "."): content for name, content in files.items()}
        written = {"gateway.yaml": f"version: 1\ntables:\n{tables}", **good, **named}
        for name, content in written.items():
            if content is None:
                (tmp_path / name).unlink(missing_ok=True)
            else:
                raw = content.encode() if isinstance(content, str) else content
                (tmp_path / name).write_bytes(raw)
        before = previous.configuration if previous is not None else None
        return load_snapshot(take_snapshot(tmp_path), ENVIRONMENT, previous=before)

    return load


def told(result: Loaded) -> list[tuple[str, str, int, str]]:
    return [
        (Path(one.span.file).name, one.code, one.span.line, one.message) for one in result.report
    ]


def name_of(result: Loaded, vendor: str, name: str = "acme") -> str:
    """Ask the queue's table for the name of a vendor."""
    assert result.configuration is not None
    tables = result.configuration.by_name[name].tables.asked(lambda: 1.0)
    (answer,) = tables.ask(Question("vendors", (Criterion("id"),)), [(vendor,)])
    if isinstance(answer, TableError):
        return str(answer)
    assert isinstance(answer, Found)
    return str(answer.records[0]["name"]) if answer.records else ""


SELECT = 'database: "${env:DSN}", query: '


@pytest.mark.parametrize(
    ("table", "code", "message", "hint"),
    [
        ("{key: id}", "R152", "the table 'vendors' has neither `file` nor `database`", "one of"),
        (f"{{file: vendors.csv, {SELECT} select 1}}", "R152", "has both `file` and", "one of"),
        ("{file: vendors.xml}", "R152", "'vendors.xml' is no table", ".csv, .tsv, .json"),
        ("{file: vendor.csv}", "R129", "there is no file 'vendor.csv'", "'vendors.csv'?"),
        ("{file: ../vendors.csv}", "R128", "'../vendors.csv' leaves the configuration", None),
        ("{file: /etc/vendors.csv}", "R128", "not a path inside the folder", "to a file for a"),
        ("{file: vendors.csv, sheet: A}", "R152", "'sheet' means nothing for a table in CSV", "al"),
        ("{file: vendors.csv, timeout: 1s}", "R152", "'timeout' means nothing for a table", "all"),
        ("{file: vendors.csv, refresh: 1s}", "R150", "'1s' is not between 10s and 30d", None),
        ("{file: vendors.csv, delimiter: x}", "R113", "'x' is not allowed as 'delimiter'", "all"),
        ("{file: vendors.csv, locale: xx}", "R139", "unknown locale 'xx'", "one of"),
        ("{file: vendors.csv, queues: some}", "R128", "'some' is a file of another kind", ".queue"),
        ("{file: vendors.csv, columns: {id: {type: date, format: x}}}", "R155", "a format ne", 0),
        ("{file: vendors.csv, columns: {id: {type: text, format: '%d%m%Y'}}}",
         "R155", "a `format` is for dates", "add `type: date`"),
        ("{file: vendors.csv, columns: {nr: text}}", "R156", "there is no column 'nr'", "it has"),
        (f"{{{SELECT} ''}}", "R114", "'query' is an empty text", "add to it"),
        ('{database: "${env:DSN}"}', "R152", "has a `database` and no `query`", "add `query"),
        ("{database: postgresql://u:p@h/d, query: select 1}", "R131",
         "an address of a database is written in the file itself", "${env:NAME}"),
        ('{database: "${env:NONE}", query: select 1}', "R133", "variable NONE is not set", "set"),
        (f"{{{SELECT} update t}}", "R154", "a query begins with `select`", "one `select`"),
        (f"{{{SELECT} select a from t, delimiter: ';'}}", "R152", "'delimiter' means nothing", "a"),
        (f"{{{SELECT} select a from t, cache: 1s}}", "R152",
         "'cache' means nothing for a table whose query has no `:parameter`", "allowed"),
        (f"{{{SELECT} 'select a from t where b = :b', refresh: 5m}}", "R152",
         "'refresh' means nothing for a table that is asked each time", "allowed"),
        (f"{{{SELECT} 'select a from t where b = :b', key: a}}", "R152", "'key' means", "al"),
        (f"{{{SELECT} 'select a from t where b = :b', timeout: 9s}}", "R150", "'9s' is not", 0),
        (f"{{{SELECT} select a from t, timeout: soon}}", "R150", "not a length of time", "500ms"),
    ],
)  # fmt: skip
def test_a_table_that_is_not_right_is_refused_at_its_place(loaded, table, code, message, hint):
    result = loaded(f"  vendors: {table}\n")

    (found,) = result.report
    assert found.code == code
    assert message in found.message
    assert (found.hint or "").find(hint or "") >= 0
    assert bool(found.hint) == bool(hint)


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("RELATIVE_DSN", "an SQLite file is written sqlite:////absolute/path.db"),
        ("MEMORY_DSN", "an SQLite file is written"),
        ("WRITING_DSN", "an SQLite file is written"),
        ("MYSQL_DSN", "it does not begin with postgresql:// or sqlite://"),
        ("ACME", "it does not begin with"),
        ("HOST_DSN", "it names no database"),
        ("PORT_DSN", "its host or port cannot be read"),
        ("OPTIONS_DSN", "it has `options`"),
    ],
)
def test_an_address_is_refused_without_being_shown(loaded, variable, message):
    result = loaded(f'  orders: {{database: "${{env:{variable}}}", query: select a from t}}\n')

    ((_, code, line, said),) = told(result)
    assert (code, line) == ("R153", 3)
    assert message in said
    assert "canary" not in said + str(result.sources)


def test_an_address_in_the_file_is_covered_where_its_line_is_shown(loaded):
    result = loaded("  t: {database: postgresql://u:canary-password@h/d, query: select 1}\n")

    assert "canary" not in str(result.sources) + str(list(result.report))
    assert "***" in str(result.sources)


def test_what_is_granted_to_nobody_is_refused_once_there_are_two_secrets(loaded):
    result = loaded("  vendors: {file: vendors.csv}\n", globex_queue_yaml=queue(2, "GLOBEX"))

    assert told(result) == [
        ("gateway.yaml", "R151", 3, "the table 'vendors' does not say which queues may use it")
    ]
    assert result.configuration is None


def test_a_queue_has_the_tables_that_are_granted_to_it_and_no_others(loaded):
    result = loaded(
        "  vendors: {file: vendors.csv, queues: acme.queue.yaml}\n"
        "  orders: {file: vendors.csv, queues: all}\n",
        globex_queue_yaml=queue(2, "GLOBEX"),
    )

    assert told(result) == []
    assert result.configuration is not None
    acme, globex = (result.configuration.by_name[name].context for name in ("acme", "globex"))
    assert (set(acme.tables), acme.ungranted) == ({"vendors", "orders"}, frozenset())
    assert (set(globex.tables), globex.ungranted) == ({"orders"}, {"vendors"})
    assert name_of(result, "V1") == "ACME"
    assert name_of(result, "V1", "globex") == "there is no table 'vendors' for this queue"


def test_rules_know_the_columns_of_files_and_of_simple_queries(loaded):
    result = loaded(
        "  vendors: {file: vendors.csv, columns: {name: {from: name}}}\n"
        f"  orders: {{{SELECT} 'select id, amount as due from orders', columns: {{due: number}}}}\n"
        f"  all: {{{SELECT} select * from orders}}\n"
        f"  live: {{{SELECT} 'select due from orders where id = :id and x = :x'}}\n"
    )

    assert result.configuration is not None
    shapes = result.configuration.by_name["acme"].context.tables
    assert shapes["vendors"].columns == {"id": Kind.TEXT, "name": Kind.TEXT}
    assert shapes["orders"].columns == {"id": None, "due": Kind.NUMBER}
    assert shapes["all"].columns is None
    assert shapes["live"].columns == {"due": None}
    assert [shape.parameters for shape in shapes.values()] == [None, None, None, ("id", "x")]


TABLE = "  vendors: {file: vendors.csv, key: id}\n"


def test_a_changed_file_is_taken(loaded):
    first = loaded(TABLE)
    second = loaded(TABLE, first, vendors_csv="id,name\nV1,Changed\n")

    assert name_of(first, "V1") == "ACME"
    assert name_of(second, "V1") == "Changed"
    assert second.good


def test_a_file_that_has_not_changed_is_not_read_again(loaded):
    first = loaded(TABLE)
    second = loaded(TABLE, first, a_rules_yaml=RULES.replace("Fine", "Good"))

    assert first.configuration is not None
    assert second.configuration is not None
    assert second.configuration.tables["vendors"] is first.configuration.tables["vendors"]


@pytest.mark.parametrize(
    ("tables", "rows", "told_of"),
    [
        ("{file: vendors.csv, key: id}", VENDORS, ()),
        ("{file: vendors.csv, key: id}", "id,name\nV1,Changed\n", ("vendors",)),
        pytest.param("{file: vendors.csv, key: id}", "id\nV1,2\n", (), id="broken"),
        ("{file: vendors.csv}", VENDORS, ("vendors",)),
        ("{file: vendors.csv, key: id}\n  more: {file: vendors.csv}", VENDORS, ("more",)),
    ],
)
def test_a_reload_tells_of_the_tables_that_have_changed(loaded, tables, rows, told_of):
    first = loaded(TABLE)
    second = loaded(f"  vendors: {tables}\n", first, vendors_csv=rows)

    assert first.configuration is not None
    assert second.configuration is not None
    assert difference(first.configuration, second.configuration).tables == told_of


@pytest.mark.parametrize("broken", ["id,name\nV1\n", "id\nV1\n\nV2\n", None])
def test_a_broken_file_leaves_its_last_good_content_and_the_queues_go_on(loaded, broken):
    first = loaded(TABLE)
    second = loaded(TABLE, first, vendors_csv=broken, a_rules_yaml=RULES.replace("fine", "other"))

    assert not second.good
    assert second.configuration is not None
    assert second.failed == ()
    assert second.configuration.by_name["acme"].rules.rules[0].id == "other"
    assert name_of(second, "V2") == "Globex"
    assert second.configuration.tables["vendors"].status.problem

    third = loaded(TABLE, second)

    assert third.good
    assert name_of(third, "V2") == "Globex"
    assert third.configuration is not None
    assert third.configuration.tables["vendors"].status.problem is None


def test_a_new_table_that_never_was_good_keeps_the_queue_as_it_was(loaded):
    first = loaded(TABLE)
    second = loaded(TABLE + "  new: {file: new.csv}\n", first, new_csv="id\n1,2\n")

    assert second.failed == ("acme",)
    assert second.configuration is not None
    assert name_of(second, "V1") == "ACME"


def test_other_data_in_the_folder_is_left_alone(loaded, tmp_path):
    loaded(TABLE)
    (tmp_path / "notes.json").write_bytes(b"\xff" * 10)
    (tmp_path / "pipe.csv").symlink_to("/dev/zero")

    snapshot = take_snapshot(tmp_path)

    assert "notes.json" not in snapshot.files
    assert snapshot.problems == ()
    assert "vendors.csv" in snapshot.files


def test_a_link_out_of_the_folder_is_no_table(loaded, tmp_path):
    loaded(TABLE)
    (tmp_path / "vendors.csv").unlink()
    (tmp_path / "vendors.csv").symlink_to("/etc/hosts")

    result = load_snapshot(take_snapshot(tmp_path), ENVIRONMENT)

    assert ("vendors.csv", "R120", 1, "a link that leaves the configuration folder") in told(result)


def test_a_table_below_another_name_is_read_once(loaded, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "v1.csv").write_text(VENDORS)
    (tmp_path / "linked.csv").symlink_to("data/v1.csv")

    result = loaded("  vendors: {file: linked.csv}\n  same: {file: data/v1.csv}\n")

    assert result.good
    assert name_of(result, "V1") == "ACME"


def test_a_declaration_that_changes_reads_the_file_anew(loaded):
    first = loaded(TABLE, vendors_csv="id,name\n7,ACME\n")
    second = loaded(
        "  vendors: {file: vendors.csv, columns: {id: number}}\n",
        first,
        vendors_csv="id,name\n7,ACME\n",
    )

    assert second.configuration is not None
    source = second.configuration.tables["vendors"]
    assert isinstance(source, FileSource)
    assert source.content.kinds["id"] is Kind.NUMBER


@pytest.mark.parametrize(
    ("name", "raw", "drawn"),
    [
        ("v.csv", b"id,name\nV1\n", True),
        ("v.csv", b"id,name\nV1\n" + b"V2,x\n" * 300_000, False),
        ("v.xlsx", b"PK\0\0\x1b[2J" * 10, False),
    ],
)
def test_of_a_large_or_a_binary_table_no_line_is_shown(loaded, tmp_path, name, raw, drawn):
    (tmp_path / name).write_bytes(raw)

    result = loaded(f"  vendors: {{file: {name}}}\n")

    assert [code for _, code, _, _ in told(result)] == ["R156"]
    assert any(shown.endswith(name) for shown in result.sources) == drawn

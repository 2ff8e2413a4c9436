"""Snapshots made into configurations, with a compiler that only lists rules."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from gateway.annotation.values import Kind
from gateway.config.build import build
from gateway.config.folder import take_snapshot
from gateway.config.references import References
from gateway.rules.yaml.source import plain

ENVIRONMENT = {
    "ACME": "secret-of-acme-0123456789",
    "OLD": "former-secret-of-acme-987",
    "GLOBEX": "secret-of-globex-01234567",
    "GATEWAY": "secret-of-the-gateway-012",
    "SAME": "secret-of-acme-0123456789",
}
GATEWAY = "version: 1\n"
ACME = """\
version: 1
queue:
  ids: [8199]
  secret: ${env:ACME}
  rules: [a.rules.yaml]
"""
GLOBEX = """\
version: 1
queue:
  ids: [9001, 9002]
  secret: ${env:GLOBEX}
  rules: [a.rules.yaml]
"""
DEEP = GLOBEX.replace("a.rules", "../a.rules")
RULES = """\
version: 1
rules:
  - id: vat-zero
    when: is_set(amount_total)
    message: Missing.
"""
SCHEMA = (
    '[{"category": "section", "id": "s", "children": '
    '[{"category": "datapoint", "id": "amount_due", "type": "number"}]}]'
)
GOOD = {
    "gateway.yaml": GATEWAY,
    "acme.queue.yaml": ACME,
    "globex.queue.yaml": GLOBEX,
    "a.rules.yaml": RULES,
}


@dataclass(frozen=True)
class Listed:
    rules: tuple[str, ...]


def list_rules(files, context, report):
    """Stand in for the compiler: a rule whose `when` says so is broken."""
    ids = []
    for file in files:
        for rule in file.root.get("rules").items:
            ids.append(rule.get("id").data)
            if rule.get("when").text.value == "broken()":
                report.error("R201", "broken", rule.get("when").span)
    return Listed(tuple(ids))


@pytest.fixture
def made(tmp_path):
    """Write files, of which None removes one, and build what the folder then holds."""

    def make(files, previous=None, **options):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        snapshot = take_snapshot(tmp_path)
        return build(snapshot, References(ENVIRONMENT, **options), list_rules, previous)

    return make


def found(built, root):
    """List mistakes as (code, file:line)."""
    return [
        (mistake.code, f"{name}:{mistake.span.line}" if (name := relative(mistake, root)) else "")
        for mistake in built.report
    ]


def relative(mistake, root):
    return mistake.span.file.removeprefix(str(root)).removeprefix("/")


def acme(text, by):
    """Change the queue file of acme."""
    assert text in ACME
    return {"acme.queue.yaml": ACME.replace(text, by)}


IDS, SECRET, PATHS = "ids: [8199]", "  secret: ${env:ACME}\n", "rules: [a.rules.yaml]"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"gateway.yaml": None}, [("R124", "")]),
        ({"more/gateway.yaml": GATEWAY}, [("R124", "more/gateway.yaml:1")]),
        ({"acme.queue.yaml": None, "globex.queue.yaml": None}, [("R125", "")]),
        ({"more/acme.queue.yaml": DEEP, "globex.queue.yaml": None},
         [("R126", "more/acme.queue.yaml:1")]),
        ({"more/ACME.queue.yaml": DEEP, "globex.queue.yaml": None},
         [("R126", "more/ACME.queue.yaml:1")]),
        ({"a b.queue.yaml": GLOBEX, "globex.queue.yaml": None}, [("R126", "a b.queue.yaml:1")]),
        (acme(IDS, "ids: [8199, 9002]"), [("R127", "globex.queue.yaml:3")]),
        (acme(PATHS, "rules: [/a.rules.yaml]"), [("R128", "acme.queue.yaml:5")]),
        (acme(PATHS, "rules: [../a.rules.yaml]"), [("R128", "acme.queue.yaml:5")]),
        (acme(PATHS, "rules: [x/../../a.rules.yaml]"), [("R128", "acme.queue.yaml:5")]),
        (acme(PATHS, "rules: ['x\\a.rules.yaml']"), [("R128", "acme.queue.yaml:5")]),
        (acme(PATHS, "rules: [gateway.yaml]"), [("R128", "acme.queue.yaml:5")]),
        (acme(PATHS, "rules: [b.rules.yaml]"), [("R129", "acme.queue.yaml:5")]),
        (acme(PATHS, "rules: ['b*.rules.yaml']"), [("R129", "acme.queue.yaml:5")]),
        (acme(PATHS, "rules: ['*.yml']"), [("R129", "acme.queue.yaml:5")]),
        ({"b.rules.yaml": RULES}, [("R130", "b.rules.yaml:1")]),
        (acme("${env:ACME}", "not-a-reference-at-all"), [("R131", "acme.queue.yaml:4")]),
        (acme("${env:ACME}", "${env:}"), [("R132", "acme.queue.yaml:4")]),
        (acme("${env:ACME}", "${file:/etc/passwd}"), [("R132", "acme.queue.yaml:4")]),
        (acme("${env:ACME}", "${env:MISSING}"), [("R133", "acme.queue.yaml:4")]),
        ({"gateway.yaml": GATEWAY + "secret: ${env:MISSING}\n"}, [("R133", "gateway.yaml:2")]),
        (acme(SECRET, ""), [("R135", "acme.queue.yaml:2")]),
        (acme(SECRET, SECRET + "  unsigned: true\n"), [("R136", "acme.queue.yaml:5")]),
        (acme("${env:ACME}", "${env:GLOBEX}"), [("R137", "globex.queue.yaml:4")]),
        (acme("${env:ACME}", "['${env:ACME}', '${env:SAME}']"), [("R137", "acme.queue.yaml:4")]),
        (acme(SECRET, SECRET + "  timezone: Europe/Prag\n"), [("R138", "acme.queue.yaml:5")]),
        (acme(SECRET, SECRET + "  timezone: ../../etc/passwd\n"), [("R138", "acme.queue.yaml:5")]),
        (acme(SECRET, SECRET + "  locale: klingon\n"), [("R139", "acme.queue.yaml:5")]),
        (acme(SECRET, SECRET + "  schema: acme.schema.json\n"), [("R129", "acme.queue.yaml:5")]),
        (acme(SECRET, SECRET + "  schema: a.rules.yaml\n"), [("R128", "acme.queue.yaml:5")]),
        ({**acme(SECRET, SECRET + "  schema: '*.schema.json'\n"),
          "a.schema.json": SCHEMA, "b.schema.json": SCHEMA}, [("R128", "acme.queue.yaml:5")]),
        ({**acme(SECRET, SECRET + "  schema: a.schema.json\n"), "a.schema.json": "{"},
         [("R121", "a.schema.json:1")]),
        ({**acme(SECRET, SECRET + "  schema: a.schema.json\n  fields: {total: {is: amount_du}}\n"),
          "a.schema.json": SCHEMA}, [("R140", "acme.queue.yaml:6")]),
        ({**acme(SECRET, SECRET + "  schema: a.schema.json\n  fields: {amount_due: text}\n"),
          "a.schema.json": SCHEMA}, [("R141", "acme.queue.yaml:6")]),
        ({**acme(SECRET, SECRET + "  schema: a.schema.json\n  fields: {s: text}\n"),
          "a.schema.json": SCHEMA}, [("R141", "acme.queue.yaml:6")]),
        ({"a.rules.yaml": RULES.replace("is_set(amount_total)", "broken()")},
         [("R201", "a.rules.yaml:4")]),
    ],
)  # fmt: skip
def test_each_mistake_is_refused_once_at_its_place(made, tmp_path, files, expected):
    built = made({**GOOD, **{name: text for name, text in files.items() if text is not None}})
    if None in files.values():
        built = made({name: None for name, text in files.items() if text is None})

    assert found(built, tmp_path) == expected


@pytest.mark.parametrize(
    ("files", "file"),
    [
        ({"gateway.yaml": "version: 2\n"}, "gateway.yaml"),
        ({"gateway.yaml": "version: [1\n"}, "gateway.yaml"),
        ({"gateway.yaml": GATEWAY + "sekret: x\n"}, "gateway.yaml"),
        (acme(IDS, "ids: []"), "acme.queue.yaml"),
        (acme(IDS, "ids: [8199, 8199]"), "acme.queue.yaml"),
        (acme(PATHS, "rules: []"), "acme.queue.yaml"),
        (acme(SECRET, "  secret: []\n"), "acme.queue.yaml"),
        (acme(SECRET, "  secret: ''\n"), "acme.queue.yaml"),
        (acme(SECRET, "  unsigned: yes\n"), "acme.queue.yaml"),
        (acme(SECRET, "  unsigned: false\n"), "acme.queue.yaml"),
        ({"a.rules.yaml": "version: 1\nrules: []\n"}, "a.rules.yaml"),
        ({"a.rules.yaml": b"\xff"}, "a.rules.yaml"),
        ({"b.rules.yaml": "version: 1\nrules: [\n"}, "b.rules.yaml"),
    ],
)
def test_a_broken_file_is_reported_and_nothing_follows_from_it(made, tmp_path, files, file):
    built = made({**GOOD, **files})

    assert built.report.errors
    assert {place.partition(":")[0] for _, place in found(built, tmp_path)} == {file}


def test_a_good_folder_has_no_mistakes(made):
    built = made(GOOD)

    assert not list(built.report)
    assert not built.failed
    configuration = built.configuration
    assert sorted(configuration.queues) == [8199, 9001, 9002]
    assert configuration.queues[9001] is configuration.by_name["globex"]
    assert configuration.queues[8199].secrets[0].value == ENVIRONMENT["ACME"]
    assert configuration.rule_count == 2
    assert not any(secret in repr(configuration) for secret in ENVIRONMENT.values())


def test_everything_a_queue_file_says_is_passed_on(made):
    queue = """\
version: 1
queue:
  ids: [1]
  secret: ["${env:ACME}", "${env:OLD}"]
  legacy_signature: true
  schema: deep/a.schema.json
  fields: {total: {is: amount_due}, amount_due: number, extra: {is: amount_due, type: number}}
  params: {tolerance: 0.05, limit: 10, names: [a, 2], rates: {CZ: 21}}
  rules: [a.rules.yaml]
  change: {vat-zero: {mode: off}}
  locale: de-CH
  timezone: Europe/Prague
  placeholders: [N/A, "-"]
  on_failure: ignore
"""
    gateway = "version: 1\nparams: {limit: 5, shared: x}\n"
    files = {"gateway.yaml": gateway, "a.queue.yaml": queue, "a.rules.yaml": RULES}
    built = made({**files, "deep/a.schema.json": SCHEMA})

    assert not list(built.report)
    queue = built.configuration.by_name["a"]
    context = queue.context
    assert [(secret.value, secret.name) for secret in queue.secrets] == [
        (ENVIRONMENT["ACME"], "a secret 1"),
        (ENVIRONMENT["OLD"], "a secret 2"),
    ]
    assert (queue.ids, queue.legacy_signature, queue.unsigned) == ((1,), True, False)
    assert {name: param.value for name, param in context.params.items()} == {
        "tolerance": Decimal("0.05"),
        "limit": Decimal(10),
        "names": ["a", Decimal(2)],
        "rates": {"CZ": Decimal(21)},
        "shared": "x",
    }
    assert context.params["limit"].place.line == 8
    assert context.own_params == {"tolerance", "limit", "names", "rates"}
    assert {
        name: (declared.schema_id, declared.kind) for name, declared in context.fields.items()
    } == {
        "total": ("amount_due", None),
        "amount_due": ("amount_due", Kind.NUMBER),
        "extra": ("amount_due", Kind.NUMBER),
    }
    assert plain(context.change) == {"vat-zero": {"mode": "off"}}
    assert list(context.schema.fields) == ["s", "amount_due"]
    assert (context.locale, context.timezone) == ("de-CH", "Europe/Prague")
    assert (context.placeholders, context.on_failure) == (("N/A", "-"), "ignore")


@pytest.mark.parametrize(
    ("gateway", "secret", "unsigned"),
    [
        pytest.param("secret: ${env:GATEWAY}\n", "", False, id="the gateway's secret serves"),
        pytest.param("", "  unsigned: true\n", True, id="in so many words"),
    ],
)
def test_a_queue_may_be_without_a_secret_of_its_own(made, gateway, secret, unsigned):
    built = made({**GOOD, "gateway.yaml": GATEWAY + gateway, **acme(SECRET, secret)})

    assert not built.report.errors
    queue = built.configuration.by_name["acme"]
    assert (queue.secrets, queue.unsigned) == ((), unsigned)


def test_a_secret_that_does_not_resolve_never_leaves_a_queue_open(made):
    good = made(GOOD).configuration
    built = made(acme("${env:ACME}", "${env:MISSING}"), good)

    assert built.failed == ("acme",)
    assert built.configuration.by_name["acme"] is good.by_name["acme"]
    assert made({}).configuration.by_name.keys() == {"globex"}


def test_without_secrets_references_need_not_resolve(made):
    built = made({**GOOD, **acme("${env:ACME}", "${env:MISSING}")}, resolving=False)

    assert not list(built.report)


# The unit of failure is the queue.


@pytest.mark.parametrize(
    "change",
    [
        {"acme.queue.yaml": "version: [1"},
        {"acme.queue.yaml": b"\xff"},
        acme(IDS, "ids: []"),
        acme(PATHS, "rules: [gone.rules.yaml]"),
        acme(PATHS, "rules: [a.rules.yaml, b.rules.yaml]"),
        acme(SECRET, SECRET + "  timezone: Nowhere\n"),
        acme(SECRET, ""),
        {"more/acme.queue.yaml": ACME},
    ],
)
def test_a_broken_queue_stays_as_it_was_and_the_others_go_on(made, change):
    good = made(GOOD).configuration
    broken = {"b.rules.yaml": RULES.replace("is_set(amount_total)", "broken()")}
    built = made({**broken, **change, "globex.queue.yaml": GLOBEX.replace("9002", "9003")}, good)

    assert built.failed == ("acme",)
    assert built.report.errors
    assert built.configuration.by_name["acme"] is good.by_name["acme"]
    assert built.configuration.queues.keys() == {8199, 9001, 9003}
    assert built.configuration.by_name["globex"].revision == built.configuration.revision
    assert (
        built.configuration.by_name["acme"].revision
        == good.revision
        != (built.configuration.revision)
    )


def test_a_broken_shared_file_keeps_every_queue_that_uses_it(made):
    good = made(GOOD).configuration
    built = made({"a.rules.yaml": "version: 1\nrules: [\n"}, good)

    assert built.failed == ("acme", "globex")
    assert dict(built.configuration.by_name) == dict(good.by_name)


def test_a_broken_queue_that_is_new_is_absent(made):
    good = made(GOOD).configuration
    built = made({"new.queue.yaml": "version: 1\n"}, good)

    assert built.failed == ("new",)
    assert built.configuration.by_name.keys() == {"acme", "globex"}


def test_an_id_is_not_taken_from_a_queue_that_stays_as_it_was(made):
    good = made(GOOD).configuration
    built = made(
        {"acme.queue.yaml": "version: [1", "globex.queue.yaml": GLOBEX.replace("9002", "8199")},
        good,
    )

    assert built.failed == ("acme", "globex")
    assert built.configuration.queues[8199] is good.by_name["acme"]
    assert built.configuration.queues[9002] is good.by_name["globex"]
    assert "R127" in {mistake.code for mistake in built.report}


def test_an_id_may_move_from_one_queue_to_the_other(made):
    good = made(GOOD).configuration
    built = made(
        {**acme(IDS, "ids: [9002]"), "globex.queue.yaml": GLOBEX.replace("9002", "8199")}, good
    )

    assert not list(built.report)
    assert built.configuration.queues[8199].name == "globex"


def test_a_queue_whose_file_is_gone_is_gone(made):
    good = made(GOOD).configuration

    assert made({"globex.queue.yaml": None}, good).configuration.by_name.keys() == {"acme"}


@pytest.mark.parametrize(
    "change",
    [
        {"gateway.yaml": None},
        {"gateway.yaml": "version: 1\nsecret: ${env:MISSING}\n"},
        {"more/gateway.yaml": GATEWAY},
        {"acme.queue.yaml": None, "globex.queue.yaml": None},
    ],
)
def test_what_concerns_all_queues_changes_none_of_them(made, change):
    good = made(GOOD).configuration
    built = made(change, good)

    assert built.configuration is None
    assert built.report.errors


def test_a_queue_that_relied_on_the_gateways_secret_is_closed_when_that_goes(made):
    files = {**GOOD, "gateway.yaml": GATEWAY + "secret: ${env:GATEWAY}\n", **acme(SECRET, "")}
    good = made(files).configuration
    built = made({"gateway.yaml": GATEWAY}, good)

    kept = built.configuration.by_name["acme"]
    assert built.failed == ("acme",)
    assert (kept.secrets, kept.unsigned, built.configuration.secrets) == ((), False, ())

"""Every example of the documents runs, every link leads somewhere."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from datetime import date
from decimal import Decimal, InvalidOperation

import click
import pytest
import yaml
from click.testing import CliRunner

from gateway.annotation.column import Column
from gateway.annotation.content import Content
from gateway.annotation.values import UNREADABLE
from gateway.cli.main import main
from gateway.cli.nodes import nodes_of
from gateway.cli.telling import tell_answer
from gateway.engine.asking import Asker, NoTables
from gateway.engine.blame import sentence
from gateway.engine.conditions import Budget, Failed, evaluate_each
from gateway.engine.frame import Frame
from gateway.engine.program import link
from gateway.engine.selection import ANNOTATION
from gateway.hooks.reads import reads_of
from gateway.hooks.request import Decoder
from gateway.runtime import Gateway
from tests.pages import (
    ENVIRONMENT,
    NOW,
    PAGES,
    ROOT,
    all_blocks,
    blocks,
    body_of,
    codes,
    example_document,
    load_files,
    page,
    rules_file,
)

#: Params of examples that stand alone.
PARAMS = {"tolerance": 0.05, "rates": [0, 12, 21]}


def with_params(fragment):
    used = {name: value for name, value in PARAMS.items() if f"params.{name}" in fragment}
    head = json.dumps(used) if used else ""
    text = rules_file(fragment)
    return text.replace("\n", f"\nparams: {head}\n", 1) if head else text


def answer_of(rules, request=None):
    loaded = load_files({"invoice.rules.yaml": rules})
    assert [found.message for found in loaded.report] == []
    gateway = Gateway(loaded.configuration, clock=lambda: NOW)
    body = body_of(example_document()) if request is None else request.text.encode()
    return gateway.dry_run(body, "acme")


RULES_BLOCKS = [*all_blocks("yaml", "rule"), *all_blocks("yaml", "rules")]


@pytest.mark.parametrize("block", RULES_BLOCKS, ids=str)
def test_every_rule_of_the_documents_is_right_and_answers_as_it_says(block):
    rules = block.text if block.words[1] == "rules" else with_params(block.text)

    answer = answer_of(rules, block.request)

    if block.answer is None:
        return
    told = json.loads(answer.body)
    if block.answer.words[0] == "json":
        assert told == json.loads(block.answer.text)
    else:
        lines = tell_answer(told, nodes_of(example_document()))
        assert "\n".join(lines) == block.answer.text.rstrip("\n")


@pytest.mark.parametrize("block", list(all_blocks("yaml", "refused")), ids=str)
def test_every_refused_rule_of_the_documents_is_refused_with_its_code(block):
    loaded = load_files({"invoice.rules.yaml": with_params(block.text)})

    assert codes(loaded) == {block.words[2]}


def expressions():
    for block in all_blocks("python"):
        if block.page == "functions.md":
            continue
        for line in block.text.splitlines():
            written, _, value = line.rpartition("  # ")
            yield pytest.param(written.strip(), value.strip(), id=f"{block}: {written.strip()}")


def evaluated(written):
    text = f"{{{written}}}"
    rule = json.dumps({"id": "one", "message": {"at": "document", "text": text}})
    loaded = load_files({"invoice.rules.yaml": with_params(rule)})
    found = [one for one in loaded.report if one.code != "R417"]
    if found:
        return f"refused {found[0].code}"
    program = link(loaded.configuration.by_name["acme"].rules)
    (step,) = program.steps["initialize"]
    reads = reads_of(program.rules)
    request = Decoder(reads).decode(body_of(example_document()))
    content, facts = Content(request.tree, {}), request.at(NOW, lambda: False)
    frame = Frame(ANNOTATION, content, facts, Asker(NoTables()))
    (value,) = evaluate_each(step.effects[0].templates[0].holes[0], frame, (0,), Budget())
    return f"fails: {sentence(value)}" if isinstance(value, Failed) else value


def meant(written):
    """Read a value as the documents write it."""
    if written.startswith("["):
        return [meant(part.strip()) for part in written[1:-1].split(",")]
    named = {"True": True, "False": False, "empty": None, "unreadable": UNREADABLE}
    if written in named:
        return named[written]
    if written.startswith('"'):
        return json.loads(written)
    try:
        return date.fromisoformat(written)
    except ValueError:
        pass
    try:
        return Decimal(written)
    except InvalidOperation:
        return written


@pytest.mark.parametrize(("written", "value"), list(expressions()))
def test_every_expression_of_the_documents_has_the_value_it_says(written, value):
    found = evaluated(written)

    assert (list(found.values) if isinstance(found, Column) else found) == meant(value)


def files_around(queue):
    """Make the files that a queue file names, with the rules and params that it speaks of."""
    given = yaml.safe_load(queue)["queue"]
    params = dict.fromkeys(given.get("params", ()), 1)
    used = "".join(f" {{params.{name}}}" for name in params)
    rules = [
        {"id": name, "message": {"at": "document", "text": f"Text.{used}"}, "block": True}
        for name in given.get("change", ())
    ]
    files = {"queues/acme.queue.yaml": queue, "gateway.yaml": "version: 1\n"}
    for number, path in enumerate(given["rules"]):
        own = [*(rules if number == 0 else ()), {"id": f"rule-{number}", "message": "Text."}]
        name = posixpath.normpath(f"queues/{path}")
        files[name] = json.dumps({"version": 1, "params": params, "rules": own})
    if "schema" in given:
        fields = [{"id": "amount_total", "type": "number"}]
        schema = [{"category": "section", "id": "all", "children": fields}]
        files[f"queues/{given['schema']}"] = json.dumps(schema)
    return files


@pytest.mark.parametrize("block", list(all_blocks("yaml", "queue")), ids=str)
def test_every_queue_file_of_the_documents_is_right(block):
    loaded = load_files(files_around(block.text), ENVIRONMENT, {})

    assert [f"{found.code} {found.message}" for found in loaded.report] == []


@pytest.mark.parametrize("block", list(all_blocks("yaml", "gateway")), ids=str)
def test_every_gateway_file_of_the_documents_is_right(block):
    vendors = 'id,Vendor Name,credit_limit,since\nV1,ACME,"1.000,00",31.01.2025\n'
    loaded = load_files({"gateway.yaml": block.text, "vendors.csv": vendors}, ENVIRONMENT)

    assert codes(loaded) == set()


#: Blocks that are checked elsewhere, or by what they are.
KNOWN = {
    ("yaml",): {"diagnostics.md"},
    ("json",): {"diagnostics.md", "operations.md"},
    ("python",): {"functions.md", "rules.md"},
}


def test_no_block_escapes_the_tests():
    strange = [
        str(block)
        for block in all_blocks()
        if block.page not in KNOWN.get(block.words, ())
        and block.words[:2]
        not in {
            *((("yaml", kind)) for kind in ("rule", "rules", "refused", "queue", "gateway")),
            ("yaml", "document"),
            ("yaml", "test"),
            ("yaml", "given"),
            ("yaml", "recipe"),
            ("text", "answer"),
            ("json", "answer"),
            ("json", "request"),
            ("json", "told"),
            ("sh",),
            ("text",),
        }
    ]

    assert strange == []


def shell_lines():
    for block in all_blocks("sh"):
        joined = block.text.replace("\\\n", " ")
        for line in joined.splitlines():
            if line.strip() and not line.startswith("#"):
                yield pytest.param(line, id=f"{block}: {line[:60]}")


PROGRAMS = {"make", "gateway", "docker", "kubectl", "curl", "git", "kill", "openssl"}


@pytest.mark.parametrize("line", list(shell_lines()))
def test_every_command_line_of_the_documents_can_be_typed(line):
    for part in re.split(r"\s[|&]+\s", line):
        words = [word for word in shlex.split(part) if not re.match(r"[A-Z_]+=", word)]
        program = words[0].rpartition("/")[2]
        assert program in PROGRAMS
        if program == "gateway":
            command = main.get_command(click.Context(main), words[1])
            if isinstance(command, click.Group):
                command = command.get_command(click.Context(command), words[2])
            assert command is not None, words[1:3]
            known = {option for parameter in command.params for option in parameter.opts}
            known |= {o for parameter in command.params for o in parameter.secondary_opts}
            assert {word for word in words[2:] if word.startswith("-")} - known - {"-"} == set()


def test_links_between_the_documents_lead_somewhere():
    for source in PAGES:
        text = source.read_text(encoding="utf-8")
        for target, _, anchor in re.findall(r"\]\(([^)#\s:]*)(#([^)\s]*))?\)", text):
            path = source if not target else (source.parent / target).resolve()
            assert path.exists(), f"{source.name}: {target}"
            if anchor:
                assert anchor in anchors(path), f"{source.name}: {target}#{anchor}"


def anchors(path):
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)"', text))


@pytest.mark.parametrize("source", PAGES, ids=lambda path: path.name)
def test_numbered_headings_count_from_one(source):
    numbers = re.findall(r"^## (\d+)\. ", source.read_text(encoding="utf-8"), re.MULTILINE)

    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


def test_the_documents_have_one_sentence_on_a_line():
    crowded = [
        f"{source.name}:{number}"
        for source in PAGES
        if source.name != "functions.md"
        for number, line in enumerate(prose(source), start=1)
        if re.search(r"[a-z`)]{3}[.!?] [A-Z]", line)
    ]

    assert crowded == []


def prose(source):
    """Give the lines of a page, those of tables and code as empty ones."""
    inside = False
    for line in source.read_text(encoding="utf-8").splitlines():
        fence = line.startswith("```")
        inside = inside != fence
        yield "" if inside or fence or line.startswith("|") else line


def test_the_readme_shows_what_its_commands_answer(monkeypatch, tmp_path):
    defaults = dict(re.findall(r'(\w+)="\$\$\{\1:-([^}]+)\}"', page("Makefile")))
    readme = blocks(ROOT / "README.md")
    for block in readme:
        if block.words[:1] == ("yaml",):
            (tmp_path / block.words[2]).parent.mkdir(exist_ok=True)
            (tmp_path / block.words[2]).write_text(block.text, encoding="utf-8")
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    monkeypatch.chdir(tmp_path)
    shown = [block for block in readme if block.words == ("sh",) and block.answer]

    assert len(shown) == 2
    for block in shown:
        program, *words = shlex.split(block.text)
        outcome = CliRunner(env=defaults).invoke(main, words)
        assert program == ".venv/bin/gateway"
        assert json.loads(outcome.stdout) == json.loads(block.answer.text)

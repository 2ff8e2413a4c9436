"""A queue with a few rules, its cases written as YAML, and what becomes of them."""

from textwrap import indent

from gateway.cases.load import load_tests
from gateway.cases.run import Runner
from gateway.config.drawing import draw_all
from gateway.config.sources import shown_sources
from gateway.diagnostic import Report
from tests.documents import acme, configured, folder

RULES = """\
  - id: rate-zero
    select: item_rate
    when: contains(upper(this.text), "ZERO")
    replace: "0.0"
  - id: total-positive
    require: amount_total > 0
    message: {at: amount_total, text: "The total {amount_total} is not positive."}
  - id: adds-up
    when: count(line_items) > 0
    require: sum(item_amount) == amount_total
    message: {type: warning, text: The lines do not add up.}
    block: true
  - id: recent
    select: date_issue
    require: today() - value <= 30
    message: {type: info, text: "Issued {today() - value} days ago."}
  - id: watched
    mode: shadow
    when: is_set(note)
    message: A note.
  - id: edited-total
    on: updated
    edited: [amount_total]
    replace: {note: checked}
  - id: share
    select: parts
    require: 10 / value >= 1
    message: Too many parts.
"""
QUEUE = "fields: {total: {is: amount_total, type: number}, item_rate: number, date_issue: date}\n"


#: An address that nobody may ask.
ENVIRONMENT = {"ERP_DSN": "sqlite:////nowhere/erp.db"}


class StoredTexts:
    """Payloads that exist in memory only."""

    def __init__(self, payloads):
        self.payloads = payloads

    def read(self, path, file, report):
        if path.value not in self.payloads:
            report.error("R129", f"there is no file {path.value!r}", path.span)
        return self.payloads.get(path.value)


def case_file(cases, head=""):
    return f"version: 1\nqueue: acme.queue.yaml\n{head}cases:\n{indent(cases, '  ')}"


def files(text, rules=RULES, queue=QUEUE, **more):
    return {**acme(rules, queue, **more), "acme.test.yaml": text}


def loaded(text, payloads=None, **given):
    """The configuration, the test files and the report of one test file."""
    named = files(text, **given)
    configuration = configured(named, ENVIRONMENT)
    report = Report()
    found = load_tests(folder(named), configuration, StoredTexts(payloads or {}), report)
    return configuration, found, report


def ran(text, payloads=None, **given):
    """What became of the cases of one test file without mistakes."""
    configuration, found, report = loaded(text, payloads, **given)
    assert not len(report), draw_all(report, shown_sources(folder(files(text)), report))
    runner = Runner(configuration, lambda: 0.0)
    return runner, list(runner.run(case for file in found for case in file.cases))


def codes(text, **given):
    _, _, report = loaded(text, **given)
    return [found.code for found in report]

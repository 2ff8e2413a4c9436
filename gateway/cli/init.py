"""``gateway init``: a first configuration that is right as it stands.

Law: writes new files only, all of them or, when one is there already, none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from gateway.cli.inputs import give_up

#: The variable that holds the secret of the first queue's hook.
VARIABLE: Final = "INVOICES_HOOK_SECRET"

_GATEWAY: Final = """\
# yaml-language-server: $schema=schemas/gateway.schema.json
# What all queues of this folder share.
version: 1
# For the rules of every queue; a queue may set its own.
params:
  tolerance: 0.05
"""
_QUEUE: Final = f"""\
# yaml-language-server: $schema=../schemas/queue.schema.json
# What is particular to one queue. Its hook posts to /hook/invoices, after this file's name.
version: 1
queue:
  # The ids at the end of the queues' addresses. Put yours here.
  ids: [1]
  # Never the secret itself: a reference to where it is kept.
  secret: ${{env:{VARIABLE}}}
  # Types of the fields that the rules calculate with. An exported schema tells them all:
  # schema: invoices.schema.json
  fields:
    date_issue: date
    date_due: date
    amount_total: number
    item_amount: number
  rules:
    - ../rules/invoices.rules.yaml
"""
_RULES: Final = """\
# yaml-language-server: $schema=../schemas/rules.schema.json
# Rules run in this order. `when` says which documents a rule is about, `require` what must hold;
# what else is there: gateway schema rules.when, or any other key.
version: 1
rules:
  # The message stands at the field; without one, the rule is about the whole document.
  - id: total-is-given
    require: is_set(amount_total)
    message: {at: amount_total, text: The total is missing.}

  # With an empty date on either side the rule is skipped: there is nothing to compare.
  - id: due-date-follows-issue-date
    require: date_due >= date_issue
    message: {at: date_due, type: warning, text: "Due before it was issued on {date_issue}."}

  # A text of {expression} and {expression:format}. Outside of rows, item_amount is the column.
  - id: lines-add-up
    when: count(item_amount) > 0
    require: equal(sum(item_amount), amount_total, within=params.tolerance)
    message:
      at: amount_total
      text: "The lines add up to {sum(item_amount):,.2f}, the total says {amount_total:,.2f}."

  # `select` runs a rule once for each datapoint, or for each row of a table.
  - id: code-is-written-in-capitals
    select: item_code
    when: value != upper(value)
    replace: "{upper(value)}"
"""

#: By path in the folder.
FILES: Final = {
    "gateway.yaml": _GATEWAY,
    "queues/invoices.queue.yaml": _QUEUE,
    "rules/invoices.rules.yaml": _RULES,
}


@click.command(
    epilog="Exit codes: 0 written; 2 a file is there already, or the folder cannot be written."
)
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Write a first configuration into FOLDER, with the schemas that editors complete from."""
    files = {folder / name: text for name, text in {**FILES, **_schemas()}.items()}
    path = folder
    try:
        if folder.exists() and not folder.is_dir():
            give_up(f"{folder} is no folder")
        for path in files:
            if path.is_symlink() or path.exists():
                give_up(f"{path} is there already; nothing was written")
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as opened:
                opened.write(text)
            click.echo(f"written: {path}")
    except OSError as error:
        give_up(f"cannot write {path}: {(error.strerror or 'not writable').lower()}")
    click.echo(_next(folder))


def _schemas() -> dict[str, str]:
    from gateway.cli.schema import kinds, raw_schema

    return {f"schemas/{kind}.schema.json": raw_schema(kind) for kind in kinds()}


def _next(folder: Path) -> str:
    import shlex

    written = shlex.quote(str(folder))
    return f"""
Next, put your queue's id into {folder / "queues/invoices.queue.yaml"}, and
  export {VARIABLE}=...    # the secret of its hook, 16 characters or more
  gateway check {written}
  gateway serve {written}"""

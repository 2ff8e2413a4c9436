"""Every recipe of docs/recipes.md is right and answers as it says.

A ``yaml recipe`` block holds a rule, a list of rules or a rules file; a ``yaml given`` block before
it what the document has instead of what the page's first one gives. A value that looks like a
number or a date is read as one; ``a -> b`` is shown *a* and means *b*; a mapping says more of a
field. The key ``request`` is what the request has besides the content. A ``json request`` block is
a whole request, for a rule on another event, and a ``json told`` block behind its answer what other
systems are told.
"""

from __future__ import annotations

import json
import re

import pytest
import yaml

from gateway.cli.nodes import nodes_of
from gateway.cli.telling import tell_answer
from gateway.effects import Form
from gateway.runtime import Gateway
from tests.documents import nodes
from tests.pages import (
    NOW,
    QUEUE,
    ROOT,
    blocks,
    body_of,
    hook_request,
    load_files,
    rules_file,
)
from tests.platform import changed

PAGE = ROOT / "docs" / "recipes.md"
PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: Capabilities that the page has to name.
CAPABILITIES = {*range(1, 50)}


def recipes():
    """Yield each recipe with its document."""
    base, given = {}, {}
    for block in blocks(PAGE):
        if block.words == ("yaml", "given"):
            given = yaml.load(block.text, yaml.BaseLoader)  # noqa: S506  # texts only
            base = base or given
        elif block.words == ("yaml", "recipe"):
            yield pytest.param(block, request_of({**base, **given}), id=str(block))
            given = {}


def request_of(given):
    about = given.get("request", {})
    fields = {name: plain(value) for name, value in given.items() if name != "request"}
    request = hook_request(fields)
    request["action"] = about.get("action", "initialize")
    for key in ("annotation", "document"):
        request[key].update(about.get(key, {}))
    request["emails"] = [about["email"]] if "email" in about else []
    content = nodes(request["annotation"]["content"])
    request["updated_datapoints"] = [
        node["id"] for node in content if node["schema_id"] in about.get("edited", ())
    ]
    for node in content:
        mark_as(node, given.get(node["schema_id"]))
    return request


def plain(value):
    """Give a value as `hook_request` takes it."""
    match value:
        case list():
            return [{name: plain(cell) for name, cell in row.items()} for row in value]
        case dict():
            return plain(value["value"])
        case _:
            return f"{value} -> {value}" if PLAIN.fullmatch(value) else value


def mark_as(node, given):
    """Add what a mapping says of a field besides its value."""
    for key, value in given.items() if isinstance(given, dict) else ():
        match key:
            case "confidence":
                node["content"]["rir_confidence"] = float(value)
            case "extracted":
                node["content"]["rir_text"] = value
            case "options":
                node["options"] = [{"value": one, "label": one} for one in value]
            case "sources":
                node["validation_sources"] = value
            case "hidden":
                node["hidden"] = value == "true"


def gateway_of(block):
    text = block.text if block.text.startswith("version:") else rules_file(block.text)
    locale = "".join(f"  locale: {one}\n" for one in block.words[3:])
    loaded = load_files({"acme.queue.yaml": QUEUE + locale, "invoice.rules.yaml": text})
    assert [found.message for found in loaded.report] == []
    return Gateway(loaded.configuration, clock=lambda: NOW)


ALL_RECIPES = list(recipes())
OTHER = [one for one in ALL_RECIPES if one.values[0].request is not None]


@pytest.mark.parametrize(("block", "_"), OTHER)
def test_a_recipe_for_another_event_answers_as_it_says(block, _):
    answer = gateway_of(block).dry_run(block.request.text.encode(), "acme")

    assert (answer.failed, json.loads(answer.body)) == ((), json.loads(block.answer.text))
    assert deliveries_of(answer) == told_after(block)


def deliveries_of(answer):
    told = answer.evaluation.deliveries if answer.evaluation is not None else []
    return [{"to": one.destination, "body": body_told(one)} for one in told]


def body_told(delivery):
    text = delivery.body.decode()
    return json.loads(text) if delivery.form is Form.JSON else text


def told_after(block):
    """Give what the page says is told to other systems."""
    page = blocks(PAGE)
    (at,) = [at for at, one in enumerate(page) if one.line == block.answer.line]
    after = page[at + 1] if at + 1 < len(page) else None
    return json.loads(after.text) if after and after.words == ("json", "told") else []


@pytest.mark.parametrize(("block", "request_"), [one for one in ALL_RECIPES if one not in OTHER])
def test_a_recipe_answers_as_it_says_and_settles(block, request_):
    gateway = gateway_of(block)

    answer = gateway.dry_run(body_of(request_), "acme")
    told = json.loads(answer.body)

    assert deliveries_of(answer) == told_after(block)
    assert block.answer is not None
    assert "\n".join(tell_answer(told, nodes_of(request_))) == block.answer.text.rstrip("\n")
    again = changed(request_, told["operations"])
    again["updated_datapoints"] = []
    assert json.loads(gateway.dry_run(body_of(again), "acme").body)["operations"] == []


def test_every_capability_has_its_recipe():
    numbers = set()
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("Capabilities: "):
            numbers |= {int(one) for one in re.findall(r"[0-9]+", line)}

    assert numbers == CAPABILITIES

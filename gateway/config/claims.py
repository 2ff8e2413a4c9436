"""What takes two files to see: names, ids and secrets that two queues claim, open queues.

Security reference §3 and §8. Law: pure; compares settings, never values of secrets in a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from gateway.annotation.values import kind_name
from gateway.config.settings import GatewaySettings, QueueSettings
from gateway.diagnostic import Report, Span
from gateway.rules.queue_schema import QueueSchema
from gateway.spelling import closest

#: Schema ids that a misspelled one is compared with.
MAX_CANDIDATES: Final = 2_000

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_names(files: Mapping[str, str], shown: Mapping[str, str], report: Report) -> set[str]:
    """Report queue files whose names cannot stand side by side.

    *files* has the queue's name for each file, *shown* the file as diagnostics call it.

    Returns:
        The files that cannot be used.
    """
    refused: set[str] = set()
    first: dict[str, str] = {}
    for file in sorted(files):
        name, place = files[file], Span(shown[file], 1, 1, 1, 1)
        if _NAME.fullmatch(name) is None:
            hint = "letters, digits, `.`, `_` and `-`: the name is part of the hook's address"
            report.error("R126", f"not a name for a queue: {name!r}", place, hint=hint)
            refused.add(file)
        # Not all file systems and proxies tell capitals apart.
        other = first.setdefault(name.lower(), file)
        if other != file:
            report.error(
                "R126",
                f"two queue files have the name {name!r}",
                place,
                hint="the name is part of the hook's address; rename one",
                related=Span(shown[other], 1, 1, 1, 1),
            )
            refused |= {file, other}
    return refused


def check_ids(queues: Sequence[QueueSettings], kept: Mapping[int, str], report: Report) -> set[str]:
    """Report ids that two queues claim; *kept* are the ids of earlier queues that stay.

    Returns:
        The names of the queues that cannot be used.
    """
    refused: set[str] = set()
    first: dict[int, tuple[str, Span]] = {}
    for queue in queues:
        for id_, place in queue.ids.items():
            owner, related = first.setdefault(id_, (queue.name, place))
            if owner != queue.name:
                report.error(
                    "R127",
                    f"the queue id {id_} is claimed by {owner!r} as well",
                    place,
                    hint="an id belongs to one queue file; remove it from one of the two",
                    related=related,
                )
                refused |= {owner, queue.name}
            elif kept.get(id_, queue.name) != queue.name:
                report.error(
                    "R127",
                    f"the queue id {id_} still belongs to {kept[id_]!r}",
                    place,
                    hint=f"mend the file of {kept[id_]!r}, whose earlier version is in use",
                )
                refused.add(queue.name)
    return refused


def check_signed(queue: QueueSettings, gateway: GatewaySettings, report: Report) -> None:
    """Report a queue that anybody could call, unless its file says that this is meant."""
    if queue.has_secret or queue.has_connector or queue.unsigned or gateway.has_secret:
        return
    report.error(
        "R135",
        f"the queue {queue.name!r} has no secret, so that anybody could call it",
        queue.place,
        hint="add `secret: ${env:NAME}` here or in gateway.yaml, or say `unsigned: true`",
    )


def check_shared_secrets(
    gateway: GatewaySettings, queues: Iterable[QueueSettings], report: Report
) -> None:
    """Warn of a secret that two owners have: each of them can sign for the other."""
    first: dict[str, tuple[str, Span]] = {}
    owners = [("the gateway", gateway.places)]
    owners += [(f"the queue {queue.name!r}", queue.places) for queue in queues]
    for owner, places in owners:
        for secret, place in places:
            other, related = first.setdefault(secret.value, (owner, place))
            if related != place:
                report.warning("R137", _same(owner, other), place, hint=_ADVICE, related=related)


_ADVICE: Final = "who holds one of them can sign for both; use two secrets"


def _same(owner: str, other: str) -> str:
    if owner == other:
        return f"{owner} has the same secret twice"
    return f"{owner} has the same secret as {other}"


def check_fields(queue: QueueSettings, schema: QueueSchema, report: Report) -> None:
    """Report declared fields that the queue's schema does not have, or has as something else."""
    for declared in queue.fields.values():
        found = schema.fields.get(declared.schema_id)
        if found is None:
            meant = closest(declared.schema_id, islice(schema.fields, MAX_CANDIDATES))
            report.error(
                "R140",
                f"the queue's schema has no field {declared.schema_id!r}",
                declared.place,
                hint=f"did you mean {meant!r}?" if meant else None,
            )
        elif declared.kind is not None and declared.kind != found.kind:
            actual = kind_name(found.kind) if found.kind else f"a {found.type or found.category}"
            report.error(
                "R141",
                f"{declared.schema_id!r} is declared as {kind_name(declared.kind)}, "
                f"in the queue's schema it is {actual}",
                declared.place,
                hint="leave the type out: the schema decides",
            )

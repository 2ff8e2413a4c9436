"""What rules read of a request is decoded, and no more."""

import pytest

from gateway.hooks.reads import reads_of
from tests.documents import acme, configured


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("message: X", {"envelope": {"schemas"}}),
        ('message: "{field.vendor.extracted}"', {"content": {"rir_text"}}),
        (
            "when: this.confidence < 0.5, select: vendor, message: X",
            {"content": {"rir_confidence"}},
        ),
        (
            "when: is_set(vendor), require: field.vendor.page == 1, message: X",
            {"content": {"page"}},
        ),
        ("select: vendor, message: '{this.options}'", {"node": {"options"}}),
        ("overwrite: untouched, replace: {a: X}", {"node": {"validation_sources"}}),
        (
            "when: is_set(vendor), message: X, otherwise: {message: '{annotation.status}'}",
            {"annotation": {"status"}},
        ),
        ("message: '{annotation.metadata.a.b}'", {"annotation": {"metadata"}}),
        (
            "select: \"[].children[?category=='x' && content.rir_page][]\", message: X",
            {"node": {"category"}, "content": {"rir_page"}},
        ),
        ("select: \"[].children[?schema_id=='x'][]\", message: X", {}),
        ('select: "[].children[].keys(@)", message: X', {}),
        ("message: '{document.original_file_name}'", {"document": {"original_file_name"}}),
        ("message: '{queue.name}'", {"envelope": {"schemas", "queue", "queues"}}),
    ],
)
def test_each_part_of_a_rule_says_what_it_reads(rule, expected):
    made = configured(acme(f"  - {{id: a, {rule}}}"))

    reads = reads_of(made.by_name["acme"].rules)

    for name, keys in {"envelope": {"schemas"}, **expected}.items():
        assert getattr(reads, name) == keys


def test_a_group_and_every_rule_count():
    made = configured(
        acme("""
  - {group: g, when: annotation.automated, rules: [{id: a, message: X}]}
  - {id: b, mode: shadow, message: "{email.subject}"}
""")
    )

    reads = reads_of(made.by_name["acme"].rules)

    assert (reads.annotation, reads.envelope) == ({"automated"}, {"schemas", "email", "emails"})

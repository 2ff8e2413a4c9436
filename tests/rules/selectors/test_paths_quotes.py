"""Which quotes make a text in JMESPath, and who is told."""

import pytest

from gateway.rules.selectors.parse import names_for_texts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[].children[?schema_id=="amount_total"][]', ['"amount_total"']),
        ("[].children[?schema_id==amount_total][]", ["amount_total"]),
        ('[?a.schema_id != b || schema_id=="č\'"]', ["b", '"č\'"']),
        ("[].children[?schema_id=='amount_total'][]", []),
        ("[].children[?schema_id==`amount_total`][]", []),
        ("[].{schema_id: schema_id, id: id}", []),
        ("[?content.value==normalized_value]", []),
        ("schema_id", []),
    ],
)
def test_a_key_where_a_text_was_meant_is_found(text, found):
    assert [text[at : at + length] for at, length in names_for_texts(text)] == found

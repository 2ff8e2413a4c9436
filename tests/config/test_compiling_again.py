"""What a reload compiles again, and what it keeps."""

import pytest

from tests.config.following import FILES, GATEWAY, RULES, Served, queue, write

WITH_PARAM = queue("ACME", extra="  params: {least: 1}\n")
USING = RULES + "  - {id: b, when: params.least == 2, message: Hello}\n"


@pytest.mark.parametrize(
    ("change", "compiled"),
    [
        ({"globex.queue.yaml": queue("GLOBEX", 21, "  params: {least: 2}\n")}, False),
        ({"other.rules.yaml": RULES}, False),
        ({"acme.queue.yaml": WITH_PARAM.replace("least: 1", "least: 3")}, True),
        ({"gateway.yaml": GATEWAY + "params: {other: 1}\n"}, True),
        ({"a.rules.yaml": USING + "\n"}, True),
        pytest.param(
            {"acme.queue.yaml": WITH_PARAM + "  fields: {amount_total: number}\n"}, True,
            id="what it says of its fields",
        ),
    ],
)  # fmt: skip
def test_only_what_depends_on_a_change_is_compiled_again(tmp_path, change, compiled):
    root = tmp_path / "configs"
    write(root, {**FILES, "acme.queue.yaml": WITH_PARAM, "a.rules.yaml": USING})
    write(root, {"globex.queue.yaml": queue("GLOBEX", 11, "  params: {least: 2}\n")})
    served = Served(root)
    before = served.reloader.configuration.by_name["acme"]
    write(root, change)
    served.settle()

    after = served.reloader.configuration.by_name["acme"]
    assert (after.rules is not before.rules) == compiled
    assert after.revision == served.reloader.configuration.revision != before.revision


def test_what_is_not_compiled_again_is_still_warned_of(tmp_path):
    root = tmp_path / "configs"
    never = RULES + "  - {id: never, when: 1 > 2, message: Never}\n"
    write(root, {**FILES, "a.rules.yaml": never})
    served = Served(root)
    warned = [found.code for found in served.reloader.configuration.diagnostics]
    assert warned
    write(root, {"gateway.yaml": GATEWAY, "globex.queue.yaml": queue("GLOBEX", 21)})
    served.settle()

    (loaded,) = served.reported
    assert [found.code for found in loaded.report] == warned

"""Codes with check digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.function import FunctionError
from gateway.rules.functions import FUNCTIONS
from gateway.rules.functions.codes import (
    _COMPANY,
    _VAT,
    _is_valid,
    is_company_number,
    is_email,
    is_vat,
)


@pytest.mark.parametrize(
    ("name", "code", "result"),
    [
        ("is_iban", "", False),
        ("is_iban", "DE89370400440532013001", False),
        ("is_iban", "DE89 3704 0044 0532 0130 00", True),
        ("is_iban", "de89370400440532013000", True),
        ("is_iban", "XX89370400440532013000", False),
        ("is_iban", "DE89" + "0" * 100_000, False),
        ("is_bic", "DEUTDEFF", True),
        ("is_bic", "DEUTDEFF500", True),
        ("is_bic", "DEUTDEF", False),
        ("is_ean", "4006381333931", True),
        ("is_ean", "4006381333932", False),
        ("is_ean", "73513537", True),
        ("is_luhn", "7992 7398-713", True),
        ("is_luhn", "79927398710", False),
        ("is_luhn", "", False),
        ("is_luhn", "7992739871٣", False),
        ("is_lei", "5493 001K JTII GC8Y 1R12", True),
        ("is_lei", "5493001KJTIIGC8Y1R13", False),
        ("is_isin", "US0378331005", True),
        ("is_isin", "US0378331006", False),
    ],
)
def test_check_digits(name, code, result):
    assert FUNCTIONS[name].call(code) is result


@pytest.mark.parametrize(
    ("code", "country", "result"),
    [
        ("DE 136 695 976", None, True),
        ("DE136695977", None, False),
        ("136695976", None, False),
        ("", None, False),
        ("XX136695976", None, False),
        ("136695976", "DE", True),
        ("DE136695976", " de ", True),
        ("DE136695976", "AT", False),
        ("EL094259216", None, True),
        ("EL 094259216", "GR", True),
        ("094259216", "EL", True),
        ("XI980780684", None, True),
        ("GB980780684", "UK", True),
        ("CHE-107.787.577 IVA", None, True),
        ("NO995525828MVA", None, True),
        ("IN27AAPFU0939F1ZV", None, True),
        ("CZ25123891", None, True),
        ("IE6433435F", "IE", True),
    ],
)
def test_vat_numbers(code, country, result):
    assert is_vat(code, country) is result


@pytest.mark.parametrize(
    ("code", "country", "result"),
    [
        ("25123891", "CZ", True),
        ("251 23 891", "cz", True),
        ("25123890", "CZ", False),
        pytest.param("7103192745", "CZ", False, id="a person's number is no company's"),
        ("0428.759.497", "BE", True),
        ("732 829 320", "FR", True),
        ("995 525 828", "NO", True),
        ("13585628", "DK", True),
        ("123456-7", "FI", False),
    ],
)
def test_company_numbers(code, country, result):
    assert is_company_number(code, country) is result


@pytest.mark.parametrize("country", ["", "D", "DEU", "1A", "Č1", "os", "../x", "ZZ"])
@pytest.mark.parametrize("call", [is_vat, is_company_number])
def test_a_country_that_cannot_be_checked_is_a_failure(call, country):
    with pytest.raises(FunctionError, match=r"two letters|no check of"):
        call("123", country)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a@b.cz", True),
        (" first.last+tag@sub.example.co.uk ", True),
        ("jiří@příklad.cz", True),
        ("a@xn--bcher-kva.example", True),
        ("a@b", False),
        ("a b@c.cz", False),
        ("a@b@c.cz", False),
        (".a@b.cz", False),
        ("a.@b.cz", False),
        ("a..b@c.cz", False),
        ("a@-b.cz", False),
        ("a@b-.cz", False),
        ("a@b..cz", False),
        ("a@b.c", False),
        ("a@1.2.3.4", False),
        ("@b.cz", False),
        ("x" * 65 + "@b.cz", False),
        ("a@" + "b" * 64 + ".cz", False),
        ("a@" + "b." * 130 + "cz", False),
        ("a@b.cz\nc@d.cz", False),
        ("<a@b.cz>", False),
    ],
)
def test_mail_addresses(text, result):
    assert is_email(text) is result


class Stumbling:
    """A standard that meets what it was not written for."""

    def is_valid(self, number):
        return number[99] == "0"


def test_what_a_standard_stumbles_over_is_no_code():
    assert _is_valid(Stumbling(), "0") is False


odd = st.text(max_size=20) | st.text("0123456789ABCDEFXY .-/", max_size=20)
CODES = [function for function in FUNCTIONS.values() if function.group == "codes"]


@given(odd, st.sampled_from([one for one in CODES if len(one.parameters) == 1]))
def test_any_text_is_a_code_or_not(text, function):
    assert function.call(text) in (True, False)


@given(odd, st.sampled_from(sorted(_VAT)))
def test_any_text_is_a_vat_number_or_not(text, country):
    assert is_vat(text, country) in (True, False)
    assert is_vat(country + text) in (True, False)


@given(odd, st.sampled_from(sorted(_COMPANY)))
def test_any_text_is_a_company_number_or_not(text, country):
    assert is_company_number(text, country) in (True, False)


@pytest.mark.parametrize("country", sorted(_VAT))
def test_each_country_has_a_check_of_vat_numbers(country):
    assert is_vat("x", country) is False


@pytest.mark.parametrize("country", sorted(_COMPANY))
def test_each_country_has_a_check_of_company_numbers(country):
    assert is_company_number("x", country) is False

"""Functions that check codes by their form and their check digits.

Language §4, *Functions*, codes. Law: pure; asks nobody whether a code was ever given out; the
modules asked are named here, never by a value; no input makes them fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from importlib import import_module
from typing import Final, Protocol, cast

from gateway.annotation.values import Kind, Value
from gateway.rules.function import Example, Function, FunctionError, Parameter

#: Longer than any code, with its blanks.
MAX_CODE: Final = 64
#: Answers kept for codes that come again.
_REMEMBERED: Final = 1_024
_MAX_EMAIL: Final = 254

#: The official check of companies' numbers by country, as modules of ``stdnum``.
_COMPANY: Final = {
    "AT": "at.businessid", "AU": "au.acn", "BE": "be.vat", "BR": "br.cnpj", "BY": "by.unp",
    "CA": "ca.bn", "CH": "ch.uid", "CL": "cl.rut", "CN": "cn.uscc", "CO": "co.nit",
    "CZ": "cz.dic", "DE": "de.handelsregisternummer", "DK": "dk.cvr", "EE": "ee.registrikood",
    "ES": "es.cif", "FI": "fi.ytunnus", "FR": "fr.siren", "HR": "hr.oib", "HU": "hu.anum",
    "IL": "il.hp", "IS": "is_.kennitala", "IT": "it.iva", "JP": "jp.cn", "KR": "kr.brn",
    "LI": "li.peid", "MD": "md.idno", "NO": "no.orgnr", "PE": "pe.ruc", "PL": "pl.regon",
    "PT": "pt.nif", "RO": "ro.cui", "RS": "rs.pib", "RU": "ru.ogrn", "SE": "se.orgnr",
    "SG": "sg.uen", "SI": "si.maticna", "SK": "cz.dic", "TR": "tr.vkn", "TW": "tw.ubn",
    "UA": "ua.edrpou", "US": "us.ein",
}  # fmt: skip
#: Countries with VAT or comparable numbers that can be checked.
_VAT: Final = frozenset((
    "AD", "AL", "AR", "AT", "AU", "AZ", "BE", "BG", "BR", "BY", "CA", "CH", "CL", "CN", "CO",
    "CR", "CY", "CZ", "DE", "DK", "DO", "DZ", "EC", "EE", "EG", "ES", "FI", "FO", "FR", "GB",
    "GH", "GN", "GR", "GT", "HR", "HU", "ID", "IE", "IL", "IN", "IS", "IT", "JP", "KE", "KR",
    "LT", "LU", "LV", "MA", "MC", "ME", "MK", "MT", "MX", "MZ", "NL", "NO", "NZ", "PE", "PL",
    "PT", "PY", "RO", "RS", "RU", "SE", "SG", "SI", "SK", "SM", "SN", "SV", "TH", "TN", "TR",
    "TW", "UY", "VE", "VN",
))  # fmt: skip
#: Where the platform's countries and the prefixes of VAT numbers differ.
_SAME_VAT: Final = {"EL": "GR", "XI": "GB", "UK": "GB"}
_EIGHT_DIGITS: Final = re.compile("[0-9]{8}")
_EMAIL: Final = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@"
    r"(?:[^\W_](?:[^\W_]|-(?=[\w-])){0,62}\.)+[^\W\d_](?:[^\W_]|-(?=[\w-])){1,62}"
)


class _Standard(Protocol):
    """What modules of ``stdnum`` have in common."""

    def is_valid(self, number: str, /) -> bool:
        """Tell whether the number is well formed and its check digits are right."""

    def __hash__(self) -> int:
        """Be a key: there is one module of each name."""


@cache
def _standard(name: str) -> _Standard:
    return cast(_Standard, import_module(f"stdnum.{name}"))


@cache
def _vat_standard(country: str) -> _Standard:
    from stdnum.util import get_cc_module

    return cast(_Standard, get_cc_module(country, "vat"))


@lru_cache(maxsize=_REMEMBERED)
def _is_valid(standard: _Standard, code: str) -> bool:
    """Ask a standard; text that it stumbles over is none of its codes.

    Remembered, since each edit of a document sends all its codes again.
    """
    if len(code) > MAX_CODE:
        return False
    try:
        return bool(standard.is_valid(code))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return False


def is_code(code: str, *, standard: str) -> bool:
    """Check a code by a standard that is the same everywhere."""
    return _is_valid(_standard(standard), code)


def is_luhn(code: str) -> bool:
    """Check the last digit by Luhn's formula."""
    return _is_valid(_standard("luhn"), re.sub(r"[\s-]", "", code))


def is_vat(code: str, country: str | None = None) -> bool:
    """Check a VAT number, of *country* or of the country that its first letters name."""
    code = code.strip()
    prefix = _SAME_VAT.get(code[:2].upper(), code[:2].upper())
    if country is None:
        return prefix in _VAT and _is_vat_of(prefix, prefix, code)
    return _is_vat_of(vat_country(country), prefix, code)


def vat_country(country: Value) -> str:
    """Give the code under which a country's VAT numbers are checked.

    Raises:
        FunctionError: they are not.
    """
    asked = _country(country)
    asked = _SAME_VAT.get(asked, asked)
    if asked not in _VAT:
        raise FunctionError("there is no check of VAT numbers of this country")
    return asked


def _is_vat_of(country: str, prefix: str, code: str) -> bool:
    standard = _vat_standard(country)
    return (prefix == country and _is_valid(standard, code[2:])) or _is_valid(standard, code)


def is_company_number(code: str, country: str) -> bool:
    """Check a company's number in the register of *country*."""
    asked = company_country(country)
    if asked in ("CZ", "SK"):  # Both count alike; the module also takes persons' numbers.
        code = re.sub(r"\s", "", code)
        return bool(_EIGHT_DIGITS.fullmatch(code)) and _is_valid(_standard("cz.dic"), code)
    return _is_valid(_standard(_COMPANY[asked]), code)


def company_country(country: Value) -> str:
    """Give the code of a country whose companies' numbers are checked.

    Raises:
        FunctionError: they are not.
    """
    asked = _country(country)
    if asked not in _COMPANY:
        raise FunctionError("there is no check of company numbers of this country")
    return asked


def _country(text: Value) -> str:
    country = str(text).strip().upper()
    if len(country) != 2 or not country.isascii() or not country.isalpha():
        raise FunctionError("a country is a code of two letters, such as DE")
    return country


def is_email(text: str) -> bool:
    """Check the form of a mail address."""
    text = text.strip()
    if len(text) > _MAX_EMAIL or not _EMAIL.fullmatch(text):
        return False
    local = text.rpartition("@")[0]
    return not (local.startswith(".") or local.endswith(".") or ".." in local)


def _check(
    name: str,
    call: Callable[..., bool],
    summary: str,
    *examples: Example,
    country: Parameter | None = None,
) -> Function:
    code = Parameter("x", Kind.TEXT)
    parameters = (code, country) if country else (code,)
    return Function(name, "codes", parameters, Kind.BOOLEAN, call, summary, examples)


CODES: Final = (
    _check(
        "is_iban", partial(is_code, standard="iban"),
        "True if *x* is an IBAN: its country's form, its check digits.",
        Example('is_iban("GB82 WEST 1234 5698 7654 32")', True),
        Example('is_iban("GB83 WEST 1234 5698 7654 32")', False),
    ),
    _check(
        "is_bic", partial(is_code, standard="bic"),
        "True if *x* has the form of a BIC.",
        Example('is_bic("DEUTDEFF")', True),
    ),
    _check(
        "is_vat", is_vat,
        "True if *x* is a VAT number of *country*, with or without the country's letters; "
        "without *country*, of the one that its first two letters name.",
        Example('is_vat("DE 136 695 976")', True),
        Example('is_vat("136695976", "DE")', True),
        Example('is_vat("136695978", "DE")', False),
        country=Parameter("country", Kind.TEXT, None, check=vat_country),
    ),
    _check(
        "is_ean", partial(is_code, standard="ean"),
        "True if *x* is an EAN or GTIN of 8, 12, 13 or 14 digits.",
        Example('is_ean("4006381333931")', True),
    ),
    _check(
        "is_luhn", is_luhn,
        "True if the last digit of *x* is right by Luhn's formula (cards, many references).",
        Example('is_luhn("7894 9876 5432 1")', False),
        Example('is_luhn("79927398713")', True),
    ),
    _check(
        "is_lei", partial(is_code, standard="lei"),
        "True if *x* is a legal entity identifier.",
        Example('is_lei("5493001KJTIIGC8Y1R12")', True),
    ),
    _check(
        "is_email", is_email,
        "True if *x* has the form of a mail address.",
        Example('is_email("billing@example.com")', True),
        Example('is_email("billing@example")', False),
    ),
    _check(
        "is_isin", partial(is_code, standard="isin"),
        "True if *x* is an ISIN.",
        Example('is_isin("US0378331005")', True),
    ),
    _check(
        "is_company_number", is_company_number,
        "True if *x* is a company's number in the register of *country*, one of "
        f"{', '.join(_COMPANY)}. Another country fails the rule.",
        Example('is_company_number("25123891", "CZ")', True),
        Example('is_company_number("25123890", "CZ")', False),
        country=Parameter("country", Kind.TEXT, check=company_country),
    ),
)  # fmt: skip

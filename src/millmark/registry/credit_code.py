"""The unified social credit code of a legal entity (统一社会信用代码), after GB 32100-2015 and its amendments.

Eighteen characters: registration department (1), category (1), administrative division of the registration (6),
organisation code (9, GB 11714-1997, its last one a check digit of its own) and a check character over all.
"""

from __future__ import annotations

import unicodedata

from millmark.registry.errors import InvalidCreditCode

# GB 32100-2015, clause 4: digits and capital letters without I, O, S, V and Z; a character's value is its position.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18

# Table 1 of the standard as amended: the categories each registration department gives out.
_CATEGORIES = {
    "1": "1239",  # 机构编制 staffing: government bodies, public institutions, mass organisations
    "2": "19",  # 外交 foreign affairs
    "3": "123459",  # 司法行政 justice
    "4": "19",  # 文化 culture
    "5": "1239",  # 民政 civil affairs: associations, private non-enterprise units, foundations
    "6": "129",  # 旅游 tourism
    "7": "129",  # 宗教 religion
    "8": "19",  # 工会 trade unions
    "9": "123",  # 工商 market regulation: enterprises, individual businesses, farmers' cooperatives
    "A": "19",  # 中央军委改革和编制办公室 military
    "N": "1239",  # 农业 collective rural organisations
    "Y": "1",  # 其他 others
}

_MODULUS = 31
_WEIGHTS = tuple(pow(3, position, _MODULUS) for position in range(LENGTH - 1))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def check_credit_code(text: str) -> str:
    """The code in its canonical form; small or full-width letters and blanks around it are forgiven.

    Raises `InvalidCreditCode`, saying which rule is broken.
    """
    code = unicodedata.normalize("NFKC", text).strip().upper()
    if len(code) != LENGTH:
        raise InvalidCreditCode(f"a unified social credit code has {LENGTH} characters; {text!r} has {len(code)}")
    for position, character in enumerate(code, start=1):
        if character not in ALPHABET:
            raise InvalidCreditCode(
                f"{text!r}: character {position}, {character!r}, is not used in unified social credit codes "
                "(digits and capital letters without I, O, S, V, Z)"
            )
    _check_parts(code)
    if check_character(code[:-1]) != code[-1]:
        # The right character is not told: a mistyped code must be looked up again, not made to fit.
        raise InvalidCreditCode(f"{text!r}: the check character does not fit (GB 32100-2015); look the code up again")
    return code


def check_character(body: str) -> str:
    """The eighteenth character for the first seventeen (GB 32100-2015; weights 3^i mod 31, after GB/T 17710)."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % _MODULUS]


def organisation_check_character(body: str) -> str:
    """The ninth character of an organisation code for its first eight (GB 11714-1997); 10 is written X."""
    total = sum(int(character, 36) * weight for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    value = -total % 11
    return "X" if value == 10 else str(value)


def _check_parts(code: str) -> None:
    department, category, area, organisation = code[0], code[1], code[2:8], code[8:17]
    if department not in _CATEGORIES:
        raise InvalidCreditCode(f"{code!r}: no registration department has the code {department!r} (character 1)")
    if category not in _CATEGORIES[department]:
        raise InvalidCreditCode(
            f"{code!r}: registration department {department!r} gives out the categories "
            f"{', '.join(_CATEGORIES[department])}, not {category!r} (character 2)"
        )
    if not area.isdigit():
        raise InvalidCreditCode(f"{code!r}: characters 3 to 8 are an administrative division in digits, not {area!r}")
    if organisation_check_character(organisation[:8]) != organisation[8]:
        raise InvalidCreditCode(
            f"{code!r}: the organisation code in characters 9 to 17, {organisation!r}, does not fit its own check "
            "character (GB 11714-1997); look the code up again"
        )

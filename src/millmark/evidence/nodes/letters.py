"""Signed letters of a node: its request to be enrolled, the change of its key, and its requests over HTTP.

Sans I/O: letters are made and read here, who carries them is not this file's business. Each is a compact JWS with a
purpose of its own in its header, so that none can be passed off as another.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Final, TypeVar

import msgspec

from millmark.evidence.canonical import canonical, read_canonical
from millmark.evidence.errors import Malformed
from millmark.evidence.leaf import Hash
from millmark.evidence.nodes.errors import NotTheHolder
from millmark.evidence.seal import Text, TimeUs
from millmark.evidence.signing import NodeKey, PublicKey, decode_base64url, unverified_payload, verified_payload

ENROLMENT: Final = "millmark.enrolment/1"
SUCCESSION: Final = "millmark.succession/1"
REQUEST: Final = "millmark.request/1"

LETTER_HOLDS_US: Final = 600_000_000
"""How far a request's time may be from the reader's: ten minutes either way."""

Letter = TypeVar("Letter", bound=msgspec.Struct)


class Enrolment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Says "this key speaks for this enterprise", signed with the key itself: it shows that who asks holds it."""

    enterprise: Text
    key: PublicKey
    written_at_us: TimeUs


class Succession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Says "from now on this other key speaks for me", signed with the key that goes; `enrolment` is the new one's."""

    enrolment: Annotated[str, msgspec.Meta(max_length=4000)]
    written_at_us: TimeUs


class NodeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One HTTP request of a node: what is asked, of whom nothing else is known than the key."""

    method: Text
    path: Text
    body: Hash
    written_at_us: TimeUs


def write_enrolment(enterprise: str, key: NodeKey, now_us: int) -> str:
    return key.sign(canonical(Enrolment(enterprise, key.public, now_us)), ENROLMENT)


def read_enrolment(letter: str) -> Enrolment:
    """Raises `NotTheHolder` unless the letter is signed with the key that it brings."""
    try:
        said = read_canonical(unverified_payload(letter), Enrolment)
        verified_payload(letter, said.key, ENROLMENT)
    except Malformed as error:
        raise NotTheHolder(f"this is no request to enrol a key, signed with that key: {error}") from error
    return said


def write_succession(enterprise: str, old: NodeKey, new: NodeKey, now_us: int) -> str:
    letter = Succession(write_enrolment(enterprise, new, now_us), now_us)
    return old.sign(canonical(letter), SUCCESSION)


def read_succession(letter: str, old: PublicKey) -> Enrolment:
    """The new key's own enrolment; raises `NotTheHolder` unless both keys signed."""
    return read_enrolment(_read(letter, old, SUCCESSION, Succession).enrolment)


def write_request(method: str, path: str, body: bytes, key: NodeKey, now_us: int) -> str:
    return key.sign(canonical(NodeRequest(method, path, sha256(body).hexdigest(), now_us)), REQUEST)


def check_request(letter: str, key: PublicKey, method: str, path: str, body: bytes, now_us: int) -> None:
    """Raises `NotTheHolder` unless the key signed this very request within the last minutes."""
    said = _read(letter, key, REQUEST, NodeRequest)
    if (said.method, said.path, said.body) != (method, path, sha256(body).hexdigest()):
        raise NotTheHolder("the signature is of another request than this one: method, path or body differ")
    off_us = now_us - said.written_at_us
    if abs(off_us) > LETTER_HOLDS_US:
        raise NotTheHolder(
            f"the request's time differs from this platform's by {abs(off_us) // 1_000_000} seconds, at most "
            f"{LETTER_HOLDS_US // 1_000_000} are allowed; set the node's clock"
        )


def key_named(letter: str) -> str:
    """The key id in the header of a letter, signature unseen; raises `NotTheHolder`."""
    try:
        header = msgspec.json.decode(decode_base64url(letter.partition(".")[0]))
        return str(header["kid"])
    except (Malformed, msgspec.DecodeError, KeyError, TypeError) as error:
        raise NotTheHolder("the message is no signed letter of a node: its header names no key") from error


def _read(letter: str, key: PublicKey, purpose: str, kind: type[Letter]) -> Letter:
    try:
        return read_canonical(verified_payload(letter, key, purpose), kind)
    except Malformed as error:
        raise NotTheHolder(f"the letter was not signed with the key {key.id} for this purpose: {error}") from error

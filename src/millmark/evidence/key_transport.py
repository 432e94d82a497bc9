"""A node's signing key on its way to a safe place and back: never in the clear outside its own file."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from millmark.evidence.errors import KeyUnusable


def encrypted_key(file: Path, passphrase: str) -> bytes:
    """The key of a file that lies in the clear as PEM (PKCS #8, encrypted); raises `KeyUnusable` or `OSError`."""
    return _recoded(file.read_bytes(), None, passphrase)


def opened_key(pem: bytes, passphrase: str) -> bytes:
    """The key in the clear, as it lies in a node's own file; raises `KeyUnusable` when the passphrase is wrong."""
    return _recoded(pem, passphrase, None)


def _recoded(pem: bytes, opened_by: str | None, closed_by: str | None) -> bytes:
    try:
        key = load_pem_private_key(pem, None if opened_by is None else opened_by.encode())
    except (ValueError, TypeError) as error:
        raise KeyUnusable(f"the signing key does not open: {error}; check the passphrase") from error
    encryption = NoEncryption() if closed_by is None else BestAvailableEncryption(closed_by.encode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

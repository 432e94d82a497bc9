"""A secret closed by a passphrase, so that it may travel in an archive that lies anywhere."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from millmark.backup.errors import PassphraseNeeded

_MAGIC = b"millmark closed 1\n"
_SALT_BYTES, _NONCE_BYTES = 16, 12


def closed(secret: bytes, passphrase: str) -> bytes:
    """AES-256-GCM by a key that scrypt (RFC 7914; N=2^15, r=8, p=1) makes of the passphrase."""
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    return _MAGIC + salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, secret, _MAGIC)


def opened(box: bytes, passphrase: str) -> bytes:
    """Raises `PassphraseNeeded` for another passphrase, or a box that was changed."""
    salt, rest = box[len(_MAGIC) :][:_SALT_BYTES], box[len(_MAGIC) + _SALT_BYTES :]
    try:
        return AESGCM(_key(passphrase, salt)).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], box[: len(_MAGIC)])
    except (InvalidTag, ValueError) as error:
        raise PassphraseNeeded("the passphrase does not open the key of the webhooks' secrets") from error


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())

"""Signatures of webhooks, as receivers check them with the libraries of Standard Webhooks.

Source: https://www.standardwebhooks.com, specification 1.0.0: `webhook-signature` is `v1,` and the base64 of
HMAC-SHA256 over `id.timestamp.body`; a secret is `whsec_` and the base64 of its bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "whsec_"
_SECRET_BYTES = 32
_NONCE_BYTES = 12


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class SecretBox:
    """Keeps secrets so that the database alone does not give them away: AES-256-GCM by a key in a file beside it."""

    def __init__(self, key_file: Path) -> None:
        self._cipher = AESGCM(_kept_key(key_file))

    def close(self, secret: str, name: str) -> str:
        """`name` is bound to it: a box copied to another subscription does not open."""
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), name.encode())).decode()

    def open(self, box: str, name: str) -> str | None:
        """None for what another key closed: the database was restored without the key."""
        try:
            raw = base64.b64decode(box, validate=True)
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], name.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError):
            return None


def _kept_key(file: Path) -> bytes:
    """The key in `file`, made and synced at the first use."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    with os.fdopen(descriptor, "wb") as made:
        made.write(AESGCM.generate_key(256))
        made.flush()
        os.fsync(made.fileno())
    return file.read_bytes()

"""Keys of gateways: made here, shown once, kept only as a salted hash.

A key has 256 random bits, so nobody can guess it from its hash, however fast the hash is. A slow password hash such
as Argon2 protects secrets that people choose; here it would protect nothing and would let a few hundred reconnecting
gateways, or one hostile one, keep the processor busy for minutes. BLAKE2b (RFC 7693) with a salt keeps equal keys from
showing as equal hashes, and its personalisation keeps these hashes apart from any other use of the function.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

_PERSON = b"millmark-gateway"
_NOBODYS = "blake2b$" + "00" * 16 + "$" + "00" * 32
_LONGEST = 512


def new_key() -> str:
    return secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    """`blake2b$salt$digest`, both in hexadecimal digits."""
    salt = secrets.token_bytes(16)
    return f"blake2b${salt.hex()}${_digest(key, salt).hex()}"


def key_matches(key: str, stored: str | None) -> bool:
    """Whether `key` is the one that was hashed; takes the same time for an unknown gateway, a wrong and a right key."""
    _, salt, digest = (stored or _NOBODYS).split("$")
    same = hmac.compare_digest(_digest(key[:_LONGEST], bytes.fromhex(salt)), bytes.fromhex(digest))
    return same and stored is not None


def _digest(key: str, salt: bytes) -> bytes:
    # Bytes of an MQTT password that are no UTF-8 may arrive as surrogates; they are a wrong key, not an error.
    data = key.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=32, salt=salt, person=_PERSON).digest()

"""The node's Ed25519 key and signatures as compact JWS (RFC 7515, RFC 8037), with one spelling only."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from millmark.evidence.errors import KeyUnusable, Malformed

ALGORITHM = "Ed25519"
_PARTS = 3


class PublicKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public key as a JWK (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}$")]

    @property
    def id(self) -> str:
        """The key's id: its JWK thumbprint (RFC 7638), SHA-256."""
        return self.jwk.thumbprint()

    @property
    def jwk(self) -> OKPKey:
        decode_base64url(self.x)
        return OKPKey.import_key({"kty": self.kty, "crv": self.crv, "x": self.x})


class NodeKey:
    """A node's signing key. `kept` finds it in a file, or makes it there."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        raw = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._key = OKPKey.import_key(raw)
        public = self._key.as_dict(private=False)
        self.public = PublicKey("OKP", "Ed25519", str(public["x"]))

    @property
    def id(self) -> str:
        return self.public.id

    @classmethod
    def generate(cls) -> NodeKey:
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def kept(cls, file: Path, *, passphrase: str | None = None) -> NodeKey:
        """The key in a PEM file (PKCS #8) that its owner alone can read; made there when there is none.

        Raises `KeyUnusable` when others may read it, when the passphrase is wrong or when it is another kind of key.
        """
        if not file.exists():
            _make(file, passphrase)
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise KeyUnusable(f"others may read the signing key {file}; make it yours alone: chmod 600 {file}")
        return cls(_load(file, passphrase))

    def sign(self, payload: bytes, kind: str) -> str:
        """A compact JWS over the payload; `kind` stands in the header, so that no signature serves two purposes."""
        return jws.serialize_compact(_header(kind, self.id), payload, self._key, algorithms=[ALGORITHM])


def verified_payload(token: str, key: PublicKey, kind: str) -> bytes:
    """The payload of a JWS that this key signed for this purpose; raises `Malformed` for anything else."""
    payload = unverified_payload(token)
    try:
        signed = jws.deserialize_compact(token, key.jwk, algorithms=[ALGORITHM])
    except (JoseError, ValueError) as error:
        raise Malformed(f"the signature does not belong to this content and key: {error}") from error
    if signed.headers() != _header(kind, key.id):
        raise Malformed(f"it was signed for another purpose than {kind!r}, or names another key")
    return payload


def unverified_payload(token: str) -> bytes:
    """What a JWS says, signature unseen; raises `Malformed` when it is not spelled in the one right way."""
    parts = token.split(".")
    if len(parts) != _PARTS:
        raise Malformed("it is no compact JWS: three parts with dots between them")
    return [decode_base64url(part) for part in parts][1]


def decode_base64url(text: str) -> bytes:
    """Bytes of unpadded base64url; raises `Malformed` unless encoding them gives the same text again.

    Lenient decoders ignore the bits that the last letter has to spare; a flipped one must not pass here.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"it is not base64url: {error}") from error
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise Malformed("its base64url is not spelled in the one right way")
    return data


def _header(kind: str, key_id: str) -> dict[str, str]:
    return {"alg": ALGORITHM, "kid": key_id, "typ": kind}


def _make(file: Path, passphrase: str | None) -> None:
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(pem)
            out.flush()
            os.fsync(out.fileno())
        # A link fails where the file exists: of two that start at once, both go on with the first one's key.
        try:
            os.link(draft, file)
        except FileExistsError:
            return
        _sync_folder(file.parent)
    finally:
        draft.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _load(file: Path, passphrase: str | None) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), passphrase.encode() if passphrase else None)
    except (ValueError, TypeError) as error:
        # The library says TypeError when a passphrase is missing, or given for a key that has none.
        raise KeyUnusable(f"the signing key {file} cannot be read; is its passphrase right? ({error})") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{file} holds another kind of key; the node signs with Ed25519")
    return key

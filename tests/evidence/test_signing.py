"""The node's key and its signatures."""

from __future__ import annotations

import base64
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from millmark.evidence import KeyUnusable, Malformed, NodeKey
from millmark.evidence.signing import PublicKey, unverified_payload, verified_payload


def test_a_key_is_made_once_and_is_its_owners_alone(tmp_path):
    file = tmp_path / "keys" / "node-ed25519.pem"
    key = NodeKey.kept(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert NodeKey.kept(file).id == key.id
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_key_that_others_may_read_is_refused(tmp_path):
    file = tmp_path / "node.pem"
    NodeKey.kept(file)
    file.chmod(0o640)
    with pytest.raises(KeyUnusable, match="chmod 600"):
        NodeKey.kept(file)


def test_a_passphrase_protects_the_file(tmp_path):
    file = tmp_path / "node.pem"
    key = NodeKey.kept(file, passphrase="open sesame")
    assert b"ENCRYPTED" in file.read_bytes()
    assert NodeKey.kept(file, passphrase="open sesame").id == key.id
    for wrong in ("open barley", None):
        with pytest.raises(KeyUnusable, match="passphrase"):
            NodeKey.kept(file, passphrase=wrong)


def test_another_kind_of_file_or_key_is_refused(tmp_path):
    file = tmp_path / "node.pem"
    file.touch(mode=0o600)
    with pytest.raises(KeyUnusable, match="cannot be read"):
        NodeKey.kept(file)
    curve = generate_private_key(SECP256R1())
    file.write_bytes(curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(KeyUnusable, match="Ed25519"):
        NodeKey.kept(file)


def test_the_key_id_is_the_published_thumbprint():
    """RFC 8037, appendix A.3."""
    key = PublicKey("OKP", "Ed25519", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    assert key.id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_every_flipped_bit_of_a_signature_is_seen():
    key = NodeKey.generate()
    token = key.sign(b'{"a":1}', "test/1").encode()
    assert verified_payload(token.decode(), key.public, "test/1") == b'{"a":1}'
    for position in range(len(token)):
        for bit in range(8):
            forged = bytearray(token)
            forged[position] ^= 1 << bit
            with pytest.raises(Malformed):
                verified_payload(forged.decode("latin-1"), key.public, "test/1")


def test_no_signature_serves_two_purposes():
    key = NodeKey.generate()
    with pytest.raises(Malformed, match="another purpose"):
        verified_payload(key.sign(b"{}", "seal/1"), key.public, "claim/1")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "EdDSA"])
def test_another_algorithm_is_refused(algorithm):
    key = NodeKey.generate()
    _, payload, signature = key.sign(b"{}", "test/1").split(".")
    header = base64.urlsafe_b64encode(f'{{"alg":"{algorithm}","kid":"{key.id}","typ":"test/1"}}'.encode()).rstrip(b"=")
    for forged in (f"{header.decode()}.{payload}.{signature}", f"{header.decode()}.{payload}."):
        with pytest.raises(Malformed):
            verified_payload(forged, key.public, "test/1")


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c.d", "e30=.e30.e30", "e30.e31.e30", "é.e30.e30"])
def test_a_text_of_another_form_is_refused(text):
    with pytest.raises(Malformed):
        unverified_payload(text)

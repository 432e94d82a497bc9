"""What a file is, told by its content, and what is never kept."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.programmes.documents import samples

from millmark.programmes.documents import Media, RefusedFile
from millmark.programmes.documents.examining import examine
from millmark.programmes.documents.media import safe_name

WHOLE = {
    Media.PDF: samples.pdf(),
    Media.PNG: samples.png(),
    Media.JPEG: samples.jpeg(),
    Media.XLSX: samples.xlsx(),
    Media.DOCX: samples.word(),
    Media.OFD: samples.ofd(),
}


@pytest.mark.parametrize("media", list(Media))
def test_each_kind_is_told_by_its_content(media: Media) -> None:
    assert examine(WHOLE[media]) is media


@pytest.mark.parametrize("media", list(Media))
def test_a_file_that_is_cut_off_is_told(media: Media) -> None:
    with pytest.raises(RefusedFile, match=r"cut off|damaged"):
        examine(WHOLE[media][:-12])


HARMFUL = {
    "empty": (b"", "empty"),
    "a Windows program": (b"MZ\x90\0" + bytes(100), "Windows program"),
    "a script": (b"#!/bin/sh\nrm -rf /\n", "script"),
    "a page of the web": (b"<html><script>1</script></html>", "cannot be checked"),
    "an old Office file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office kind"),
    "an encrypted Office file": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "encrypted Office file",
    ),
    "an encrypted PDF": (samples.pdf(trailer=b"/Encrypt 9 0 R"), "encrypted"),
    "a PDF that starts a program": (samples.pdf(b"3 0 obj<</S/Launch/F(calc)>>endobj\n"), "starts a program"),
    "a PDF with JavaScript": (samples.pdf(b"3 0 obj<</S/JavaScript/JS(app.alert)>>endobj\n"), "JavaScript"),
    "a PDF with JavaScript in disguise": (samples.pdf(b"3 0 obj<</S/J#61vaScript/X()>>endobj\n"), "JavaScript"),
    "a PDF with JavaScript in an object stream": (
        samples.pdf(samples.stream(b"/Type/ObjStm/N 1/First 4", b"7 0 <</S/JavaScript>>")),
        "JavaScript",
    ),
    "a PDF with a program attached": (
        samples.pdf(samples.stream(b"/Type/EmbeddedFile", b"MZ\x90\0" + bytes(50))),
        "program attached",
    ),
    "a picture with something behind it": (samples.png() + b"PK\x03\x04", "follows the end"),
    "a picture of too many pixels": (samples.png(60_000, 60_000), "pixels"),
    "a picture with a wrong checksum": (samples.png().replace(b"IDAT", b"IDAU"), "checksum"),
    "any other archive": (samples.archive({"a.txt": b"a"}), "no .xlsx"),
    "an archive that leads out of itself": (samples.with_part(samples.xlsx(), "../../etc/passwd", b"x"), "leads out"),
    "a sheet with macros": (samples.with_part(samples.xlsx(), "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0"), "macros"),
    "a sheet with an old object": (
        samples.with_part(samples.xlsx(), "xl/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0" + bytes(9)),
        "program or object",
    ),
    "a text with a program": (samples.with_part(samples.word(), "word/media/setup.exe", b"x"), "program"),
    "a text with a program under a false name": (
        samples.with_part(samples.word(), "word/media/image1.png", b"MZ\x90\0"),
        "program or object",
    ),
    "a sheet that declares entities": (
        samples.with_part(samples.xlsx(), "xl/more.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        "entities",
    ),
    "a text with its template elsewhere": (
        samples.with_part(
            samples.word(),
            "word/_rels/settings.xml.rels",
            b'<Relationships><Relationship Type="http://x/attachedTemplate" Target="http://evil/x.dotm" '
            b'TargetMode="External"/></Relationships>',
        ),
        "template from elsewhere",
    ),
    "a bomb": (samples.with_part(samples.xlsx(), "xl/media/zeros.bin", bytes(30 << 20)), "unfolds"),
}


@pytest.mark.parametrize("what", HARMFUL)
def test_what_could_do_harm_is_refused_and_told(what: str) -> None:
    content, told = HARMFUL[what]
    with pytest.raises(RefusedFile, match=told):
        examine(content)


@given(st.sampled_from(list(Media)), st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_bytes_changed_anywhere_end_in_an_answer_never_in_an_accident(media: Media, at: int, new: bytes) -> None:
    content = bytearray(WHOLE[media])
    at %= len(content)
    content[at : at + len(new)] = new
    with suppress(RefusedFile):
        assert examine(bytes(content)) in Media


@given(st.binary(max_size=300))
@example(b"%%EOF")
@example(b"startxref\n900\n%%EOF")
def test_any_bytes_end_in_an_answer(content: bytes) -> None:
    for start in (b"", b"%PDF-", b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        with pytest.raises(RefusedFile):
            examine(start + content)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("营业执照.pdf", "营业执照.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\li\\发票.PDF", "发票.PDF"),
        ("report.exe", "report.exe.pdf"),
        ("a\u202efdp.exe\r\n", "afdp.exe.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ("长" * 300 + ".pdf", "长" * 110 + ".pdf"),
    ],
)
def test_names_are_made_safe_and_end_as_their_content_does(name: str, safe: str) -> None:
    assert safe_name(name, Media.PDF) == safe

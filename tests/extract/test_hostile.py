"""Documents that are made to hurt: each is answered in time, and the one after it is read."""

import gzip
import struct
import time
import zipfile
import zlib

import makers
import pytest
from harness.daemon import is_sanitized

TOO_LARGE, DAMAGED, AMBIGUOUS = "is too large", "is damaged", "can be read in different ways"
NEXT = ("next.txt", b"the next document")


def assert_harmless(read, content, name="document", within=20, **options):
    """What was found; it came in time, and what follows is read by the same keeper or another."""
    begin = time.monotonic()
    found, following = read.all([(name, content), NEXT], **options)
    assert time.monotonic() - begin < within
    assert following.complete and following.text == "the next document"
    return found


# ---- bombs ----


def zeros_zipped(size):
    return makers.zipped([("zeros", bytes(size))])


def test_zip_bomb(read):
    found = assert_harmless(read, zeros_zipped(300 << 20))
    assert found.trouble == TOO_LARGE and found.trouble_at == "zeros"


# Like 42.zip: sixteen times sixteen archives in each other.
def test_nested_zip_bomb(read):
    content = zeros_zipped(1 << 20)
    for _ in range(5):
        content = makers.zipped([(f"{i}.zip", content) for i in range(16)])
    assert assert_harmless(read, content).trouble == TOO_LARGE


def test_gzip_in_gzip_in_gzip(read):
    content = bytes(200 << 20)
    for _ in range(3):
        packer = zlib.compressobj(9, wbits=31)
        content = packer.compress(content) + packer.flush()
    assert assert_harmless(read, content).trouble == TOO_LARGE


def test_text_behind_zeros(read):
    found = assert_harmless(read, gzip.compress(bytes(2048) + b"confidential" * 5000), "a.txt.gz")
    assert "confidential" in found.text


def test_text_behind_the_end_of_a_tar_archive(read):
    whole = makers.tarred([("a.txt", b"fine")]) + makers.tarred([("b.txt", b"confidential")])
    assert "confidential" in assert_harmless(read, whole).text


def test_overlapping_zip(read):
    whole = bytearray(makers.zipped([("a", zlib.compress(bytes(1000))), ("b", b"x")]))
    second = whole.rfind(b"PK\1\2")
    struct.pack_into("<I", whole, second + 42, 0)  # the second entry is the first one again
    assert assert_harmless(read, bytes(whole)).trouble == AMBIGUOUS


def thirty_in_each_other():
    """To who unpacks what is in it, no different from an archive that holds itself."""
    inner = makers.zipped([("again.zip", b"")])
    for _ in range(30):
        inner = makers.zipped([("again.zip", inner)], zipfile.ZIP_STORED)
    return inner


def test_containers_without_end(read):
    found = assert_harmless(read, thirty_in_each_other())
    assert found.trouble == "is nested too deep"


def test_many_entries(read):
    content = makers.zipped([(f"{i}.txt", b"") for i in range(25000)], zipfile.ZIP_STORED)
    found = assert_harmless(read, content)
    assert found.trouble == TOO_LARGE and len(found.pieces) > 20000


def test_billion_laughs(read):
    entities = "".join(f'<!ENTITY l{i} "{"&l%d;" % (i - 1) * 10}">' for i in range(1, 10))
    bomb = (f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{entities}]>'
            f"<w:document {makers.WORD}><w:p><w:t>&l9;</w:t></w:p></w:document>")
    found = assert_harmless(read, makers.zipped([("word/document.xml", bomb)]))
    assert found.trouble == DAMAGED and "hahaha" not in found.text


def test_external_entity(read):
    bomb = (f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            f"<w:document {makers.WORD}><w:p><w:t>&x;</w:t></w:p></w:document>")
    found = assert_harmless(read, makers.zipped([("word/document.xml", bomb)]))
    assert found.trouble == DAMAGED and "root:" not in found.text


def test_shared_string_in_many_cells(read):
    rows = "<row>" + '<c t="s"><v>0</v></c>' * 100_000 + "</row>"
    found = assert_harmless(read, makers.xlsx(rows, ["x" * 30_000]))
    assert found.truncated and sum(len(piece["text"]) for piece in found.pieces) <= 16 << 20


def test_pdf_stream_bomb(read):
    packed = zlib.compress(zlib.compress(b"(x) Tj " * 20_000_000, 9), 9)
    body = makers.stream(packed, b"/Filter[/FlateDecode/FlateDecode]")
    content = makers.pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                             b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources"
                             b"<</Font<</F 5 0 R>>>>>>", body,
                             b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"])
    found = assert_harmless(read, content, time_ms=3000)
    assert not found.complete


def test_rtf_groups_in_each_other(read):
    deep = assert_harmless(read, b"{\\rtf1 " + b"{" * 100_000 + b"deep" + b"}" * 100_001, "a.rtf")
    assert deep.complete and "deep" in deep.text
    assert assert_harmless(read, b"{\\rtf1 " + b"{" * 5_000_000).trouble == "is nested too deep"


# ---- loops ----


@pytest.mark.parametrize("objects", [
    [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"],
    [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 1000000000>>",
     b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 1000000000>>"],
    [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
     b"<</Type/Page/Parent 3 0 R/Contents 3 0 R/Resources 3 0 R>>"],
    [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
     b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
     makers.stream(b"/X Do /X Do"),
     makers.stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>")],
    [b"1 0 R"],
    [b"[" * 200_000],
])
def test_pdf_that_goes_in_circles(read, objects):
    assert_harmless(read, makers.pdf_of(objects), "a.pdf", time_ms=5000)


def test_compound_file_that_goes_in_circles(read):
    content = bytearray(makers.word97("some text", "more"))
    table = struct.unpack_from("<I", content, 0x4C)[0]
    for at in range(512 * (table + 1), 512 * (table + 2), 4):
        struct.pack_into("<I", content, at, 0)  # every sector is followed by the first
    assert not assert_harmless(read, bytes(content)).complete


# ---- sizes that lie ----


def test_zip_that_claims_four_gigabytes(read):
    whole = bytearray(makers.zipped([("a.txt", b"confidential")]))
    for mark, at in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        struct.pack_into("<I", whole, whole.find(mark) + at, 0xFFFFFFFE)
    assert not assert_harmless(read, bytes(whole)).complete


def test_tar_that_claims_a_petabyte(read):
    whole = bytearray(makers.tarred([("a.txt", b"confidential")]))
    whole[124:136] = b"\x80" + (10 ** 15).to_bytes(11, "big")
    whole[148:156] = b" " * 8
    whole[148:156] = b"%06o\0 " % sum(whole[:512])
    found = assert_harmless(read, bytes(whole))
    assert not found.complete and "confidential" in found.text


def test_document_in_need_of_more_memory_than_there_is(read):
    if is_sanitized():
        pytest.skip("a sanitizer takes too much itself")
    found = assert_harmless(read, b"x" * (60 << 20), "a.txt", memory_bytes=80 << 20)
    assert found.trouble == "took too much memory to read"


# ---- entries that not all readers see ----


def test_entry_that_the_directory_hides(read):
    hidden, shown = makers.zipped([("hidden.txt", b"secret")]), makers.zipped([("shown.txt", b"fine")])
    content = hidden[:hidden.find(b"PK\1\2")] + shown
    assert assert_harmless(read, content).trouble == AMBIGUOUS


def test_entry_that_is_called_differently_twice(read):
    whole = bytearray(makers.zipped([("safe.txt", b"x")]))
    at = whole.find(b"PK\1\2") + 46
    whole[at:at + 8] = b"evil.exe"
    assert assert_harmless(read, bytes(whole)).trouble == AMBIGUOUS


def test_zip_without_directory_is_read_as_far_as_it_goes(read):
    whole = makers.zipped([("a.txt", b"confidential"), ("b.txt", b"more")])
    found = assert_harmless(read, whole[:whole.find(b"PK\1\2")])
    assert not found.complete and "confidential" in found.text


def test_wrong_checksum(read):
    whole = bytearray(makers.zipped([("a.txt", b"confidential")], zipfile.ZIP_STORED))
    whole[whole.find(b"confidential")] ^= 1
    found = assert_harmless(read, bytes(whole))
    assert found.trouble == DAMAGED and "onfidential" in found.text


# ---- broken off at every byte ----


WHOLE = {
    "zip": makers.zipped([("a.txt", b"confidential")]),
    "tgz": makers.tarred([("a.txt", b"confidential")], "w:gz"),
    "7z": makers.by_libarchive([("a.txt", b"confidential")], "7zip"),
    "docx": makers.docx(makers.paragraph("confidential")),
    "rtf": rb"{\rtf1\ansi{\fonttbl{\f0 A;}}confidential}",
    "pdf": makers.pdf(b"BT /F 12 Tf 72 720 Td (confidential) Tj ET", packed=True),
    "xls": makers.excel97(),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_broken_off_at_every_byte(read, kind):
    whole = WHOLE[kind]
    if whole is None:
        pytest.skip("no libarchive to write with")
    step = max(1, len(whole) // 400)
    cut = [(f"cut.{kind}", whole[:size]) for size in range(0, len(whole), step)]
    found = read.all([*cut, (f"whole.{kind}", whole), NEXT])
    assert found[-1].text == "the next document"
    assert found[-2].complete
    # Nothing that has lost its text says that it has been read whole, but for what is empty, or too
    # short to be known for what it was.
    silent = [len(content) for (_, content), one in zip(cut, found)
              if one.complete and not {"confidential", "first"} & set(one.text.split())]
    assert all(size < 30 for size in silent), silent


# ---- what was found before the end is kept ----


def test_text_found_before_the_time_was_up(read):
    slow = b"{\\rtf1 " + b"{\\f1\\'e4\\u8364?}" * 5_000_000 + b"}"
    found = assert_harmless(read, makers.zipped([("first.txt", b"confidential"), ("slow.rtf", slow)],
                                                zipfile.ZIP_STORED), time_ms=500)
    assert found.trouble == "took too long to read" and "confidential" in found.text


def test_random_bytes_behind_every_signature(read):
    noise = zlib.compress(bytes(range(256)) * 40)
    starts = [b"PK\3\4", b"7z\xbc\xaf\x27\x1c\0\4", b"Rar!\x1a\7\0", b"Rar!\x1a\7\1\0", b"\x1f\x8b\x08",
              b"BZh91AY&SY", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"MSCF\0\0\0\0", b"%PDF-1.7\n",
              b"{\\rtf1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<?xml version='1.0'?><a>", b"!<arch>\n", b"LZIP\1"]
    found = read.all([*((f"{i}", start + noise) for i, start in enumerate(starts)), NEXT])
    assert found[-1].complete
    assert not any(one.complete for one in found[:12])

"""The text of documents of every kind that is read, made by others than who reads it."""

import bz2
import gzip
import lzma
import pathlib
import shutil
import subprocess
import zipfile

import makers
import pytest

SECRET = "strictly confidential"


def assert_read(found, *words):
    assert found.complete, (found.trouble, found.trouble_at)
    for word in words:
        assert word in found.text, found.pieces


# ---- text ----


@pytest.mark.parametrize("name, content", [
    ("a.txt", SECRET.encode()),
    ("a.csv", b"name,note\nann,strictly confidential\n"),
    ("latin.txt", "Grüße, strictly confidential".encode("latin-1")),
    ("wide.txt", SECRET.encode("utf-16")),
    ("wide-without-mark.txt", SECRET.encode("utf-16-le")),
    ("mac.txt", b"one line\rstrictly confidential\r"),
    ("noname", SECRET.encode()),
    ("a.html", b"<p>stri<b>ct</b>ly&#32;confi<!-- x -->dential"),
    ("a.xml", b"<?xml version='1.0'?><a><b>strictly confidential</b></a>"),
    ("a.svg", b"<svg><text>strictly confidential</text></svg>"),
    ("a.eml", b"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\n"
              b"c3RyaWN0bHkgY29uZmlkZW50aWFs\r\n"),
    ("a.rtf", rb"{\rtf1\ansi stri{\b ct}ly confi{\v junk}dential\par}"),
])
def test_text(read, name, content):
    assert_read(read(content, name), SECRET)


def test_label_tells_the_charset(read):
    found = read("Привет".encode("koi8-r"), "a.txt", label="text/plain; charset=koi8-r")
    assert_read(found, "Привет")


def test_message_with_attachments_of_its_own_is_not_all_read(read):
    found = read(b"From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
                 b"--b\n\ntext\n--b\nContent-Disposition: attachment; filename=x.zip\n\nUEsD\n--b--\n", "a.eml")
    assert "text" in found.text and found.trouble == "has a format that is not read"


def test_picture_has_no_text_and_no_trouble(read):
    found = read(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10, "a.png")
    assert_read(found)
    assert found.types == {"image/png"} and found.text == ""


# ---- containers ----

FILES = [("folder/plan.txt", SECRET.encode()), ("other.txt", b"harmless")]
METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


@pytest.mark.parametrize("method", METHODS)
def test_zip(read, method):
    found = read(makers.zipped(FILES, method), "x.zip")
    assert_read(found)
    assert found.at("folder/plan.txt") == SECRET
    assert found.paths == {"", "folder/plan.txt", "other.txt"}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar(read, mode):
    found = read(makers.tarred(FILES, mode), "x")
    assert_read(found)
    assert found.at("folder/plan.txt") == SECRET


@pytest.mark.parametrize("form", ["7zip", "cpio", "cpio_newc", "iso9660", "ar_bsd", "v7tar", "pax", "zip"])
def test_other_archives(read, form):
    names = [("plan.txt", SECRET.encode()), ("other.txt", b"harmless")]
    content = makers.by_libarchive(names, form)
    if content is None:
        pytest.skip(f"libarchive here does not write {form}")
    found = read(content, "x")
    assert_read(found, SECRET, "harmless")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress,
                                  lambda data: lzma.compress(data, lzma.FORMAT_ALONE)])
def test_single_compressed_file(read, pack):
    found = read(pack(SECRET.encode()), "plan.txt.gz")
    assert_read(found)
    assert found.at("plan.txt") == SECRET


@pytest.mark.skipif(shutil.which("zip") is None, reason="no zip(1)")
def test_zip_of_info_zip(read, tmp_path):
    (tmp_path / "plan.txt").write_text(SECRET)
    subprocess.run(["zip", "-q", "x.zip", "plan.txt"], cwd=tmp_path, check=True)
    assert_read(read((tmp_path / "x.zip").read_bytes()), SECRET)


def test_zip_with_a_program_before_it(read):
    content = b"MZ" + bytes(5000) + makers.zipped(FILES)
    assert_read(read(content, "setup.exe"), SECRET)


def test_containers_within_containers(read):
    inner = makers.tarred([("deep.docx", makers.docx(makers.paragraph("stri", "ctly confidential")))], "w:gz")
    found = read(makers.zipped([("a.tgz", inner)]), "x.zip")
    assert_read(found)
    assert SECRET in found.at("a.tgz/deep.docx")


def test_names_are_only_names(read):
    found = read(makers.zipped([("../../etc/passwd", b"x"), ("/root/x", b"y"), ("a\nb\u202egpj.exe", b"z")]))
    assert_read(found)
    assert {"../../etc/passwd", "/root/x"} <= found.paths
    assert not any("\n" in path for path in found.paths)


# ---- office documents ----


def test_docx(read):
    header = f'{makers.XML}<w:hdr {makers.WORD}>{makers.paragraph("in the header")}</w:hdr>'
    found = read(makers.docx(makers.paragraph("stric", "tly con", "fidential") + makers.paragraph("next"),
                             [("word/header1.xml", header)]), "a.docx")
    assert_read(found, SECRET + "\nnext", "in the header")
    assert any(kind.endswith("wordprocessingml.document") for kind in found.types)


def test_docx_whose_parts_are_called_otherwise(read):
    document = f"<w:document {makers.WORD}>{makers.paragraph(SECRET)}</w:document>"
    found = read(makers.zipped([("[Content_Types].xml", makers.TYPES), ("odd/part.bin", makers.XML + document)]))
    assert_read(found, SECRET)


def test_picture_and_sheet_within_docx(read):
    sheet = makers.xlsx('<row><c t="s"><v>0</v></c></row>', [SECRET])
    found = read(makers.docx(makers.paragraph("see"), [("word/embeddings/a.xlsx", sheet),
                                                       ("word/media/a.png", b"\x89PNG\r\n\x1a\n\0\0\1\2")]))
    assert_read(found)
    assert SECRET in found.at("word/embeddings/a.xlsx")
    assert "word/media/a.png" in found.paths


def test_xlsx(read):
    rows = ('<row><c t="s"><v>1</v></c><c><v>4111111111111111</v></c></row>'
            '<row><c t="inlineStr"><is><t>inline</t></is></c><c t="str"><f>A1</f><v>made</v></c></row>')
    found = read(makers.xlsx(rows, ["unused", "Card"]), "a.xlsx")
    assert_read(found, "Card 4111111111111111\ninline made", "unused", "Plan")


def test_pptx(read):
    assert_read(read(makers.pptx("strictly", SECRET), "a.pptx"), "strictly\n" + SECRET)


def test_odf(read):
    body = ("<office:text><text:p>strictly <text:span>confi</text:span>dential</text:p>"
            "<table:table><table:table-row><table:table-cell><text:p>cell</text:p></table:table-cell>"
            "</table:table-row></table:table></office:text>")
    assert_read(read(makers.odf(body), "a.odt"), SECRET + "\ncell")


def test_old_word(read):
    assert_read(read(makers.word97("strictly ", "confidentiał"), "a.doc"), "strictly confidentiał")


def test_old_excel(read):
    assert_read(read(makers.excel97(), "a.xls"), "first second\n4111111111111111 1234")


def test_old_powerpoint(read):
    assert_read(read(makers.powerpoint97(), "a.ppt"), "narrow text\nwide text")


# ---- PDF ----


@pytest.mark.parametrize("operators", [
    b"BT /F 12 Tf 72 720 Td (strictly confidential) Tj ET",
    b"BT /F 12 Tf 72 720 Td [(stri) 20 (ctly) -250 ( confi) 15 (dential)] TJ ET",
    b"BT /F 12 Tf 72 720 Td <" + SECRET.encode().hex().encode() + b"> Tj ET",
    rb"BT /F 12 Tf 72 720 Td (\163trictly \143onfidential) Tj ET",
])
@pytest.mark.parametrize("packed", [False, True])
def test_pdf(read, operators, packed):
    assert_read(read(makers.pdf(operators, packed=packed), "a.pdf"), SECRET)


def test_pdf_with_a_map_to_unicode(read):
    cmap = makers.stream(b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> "
                         b"endcodespacerange 2 beginbfchar <01> <0053> <02> <00fc> endbfchar endcmap end")
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    found = read(makers.pdf(b"BT /F 12 Tf 72 720 Td <0102> Tj ET", font, more=[cmap]))
    assert_read(found, "Sü")


def test_pdf_with_a_title_and_a_file_inside(read):
    inner = makers.zipped([("deep.txt", SECRET.encode())])
    objects = [b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(x.zip) 4 0 R]>>>>>>",
               b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
               b"<</Type/Filespec/F(x.zip)/EF<</F 5 0 R>>>>", makers.stream(inner, b"/Type/EmbeddedFile"),
               b"<</Title(The plan)>>"]
    found = read(makers.pdf_of(objects, b"/Info 6 0 R"))
    assert_read(found, "The plan")
    assert found.at("x.zip/deep.txt") == SECRET


def eastern_pdf(encoding):
    font = (b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/" + encoding + b"/DescendantFonts[<</Type/Font"
            b"/Subtype/CIDFontType0/BaseFont/A/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>"
            b"/DW 1000>>]>>")
    return makers.pdf(b"BT /F 12 Tf 72 720 Td <88c0> Tj ET", font)


@pytest.mark.skipif(not pathlib.Path("/usr/share/poppler/cMap").exists(), reason="no tables (poppler-data)")
def test_pdf_in_need_of_a_common_table(read):
    assert_read(read(eastern_pdf(b"90ms-RKSJ-H")), "安")


# Who has no files cannot open a table when it is met.
def test_pdf_in_need_of_a_rare_table_is_cannot_tell(read):
    found = read(eastern_pdf(b"78ms-RKSJ-V"))
    assert not found.complete and found.trouble == "has a format that is not read"


# ---- passwords ----


@pytest.mark.parametrize("name, content", [
    ("pdf", makers.encrypted_pdf(b"open sesame", SECRET.encode())),
    ("word 97", makers.word97("x", "y", encrypted=True)),
    ("excel 97", makers.excel97(encrypted=True)),
    ("docx", makers.compound([("EncryptionInfo", b"\4\0\4\0"), ("EncryptedPackage", b"x" * 5000)])),
    ("7z header", makers.sevenzip_with_encrypted_header()),
    ("odt", makers.odf("", '<manifest:file-entry manifest:full-path="content.xml">'
                           "<manifest:encryption-data/></manifest:file-entry>")),
])
def test_encrypted(read, name, content):
    found = read(content, "x")
    assert found.encrypted and not found.complete, name
    assert SECRET not in found.text


def test_pdf_that_needs_no_password_is_read(read):
    found = read(makers.encrypted_pdf(b"", SECRET.encode()))
    assert_read(found, SECRET)


@pytest.mark.skipif(shutil.which("zip") is None, reason="no zip(1)")
def test_encrypted_zip_shows_its_names(read, tmp_path):
    (tmp_path / "plan.txt").write_text(SECRET)
    subprocess.run(["zip", "-q", "-P", "open sesame", "x.zip", "plan.txt"], cwd=tmp_path, check=True)
    found = read((tmp_path / "x.zip").read_bytes())
    assert found.encrypted and "plan.txt" in found.paths and SECRET not in found.text

"""Documents as other programs make them: by Python's own modules, by libarchive, and by hand."""

import ctypes
import ctypes.util
import hashlib
import io
import struct
import tarfile
import zipfile
import zlib

# ---- archives ----


def zipped(files, method=zipfile.ZIP_DEFLATED):
    """A zip of (name, content) pairs, in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def tarred(files, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def by_libarchive(files, form, options=None):
    """An archive of a format that Python has no module for; None without the library."""
    name = ctypes.util.find_library("archive")
    if name is None:
        return None
    lib = ctypes.CDLL(name)
    for call in ("archive_write_new", "archive_entry_new"):
        getattr(lib, call).restype = ctypes.c_void_p
    archive = ctypes.c_void_p(lib.archive_write_new())
    buffer, used = ctypes.create_string_buffer(1 << 20), ctypes.c_size_t()
    if getattr(lib, f"archive_write_set_format_{form}")(archive) != 0:
        return None
    if options and lib.archive_write_set_options(archive, options.encode()) != 0:
        return None
    lib.archive_write_open_memory(archive, buffer, ctypes.c_size_t(len(buffer)), ctypes.byref(used))
    for entry_name, content in files:
        entry = ctypes.c_void_p(lib.archive_entry_new())
        lib.archive_entry_set_pathname(entry, entry_name.encode())
        lib.archive_entry_set_size(entry, ctypes.c_int64(len(content)))
        lib.archive_entry_set_filetype(entry, 0o100000)
        lib.archive_entry_set_perm(entry, 0o644)
        lib.archive_write_header(archive, entry)
        lib.archive_write_data(archive, content, ctypes.c_size_t(len(content)))
        lib.archive_entry_free(entry)
    lib.archive_write_close(archive)
    lib.archive_write_free(archive)
    return buffer.raw[:used.value]


def sevenzip_with_encrypted_header():
    """The header says that it is packed by one coder: AES-256 with SHA-256 (7zFormat.txt)."""
    packed = b"\x5a" * 16
    coder = bytes([0x24]) + bytes.fromhex("06f10701") + bytes([0x0A]) + b"\x53\x0f" + b"\x11" * 8
    header = (bytes([0x17, 0x06, 0x00, 0x01, 0x09, len(packed), 0x00])
              + bytes([0x07, 0x0B, 0x01, 0x00, 0x01]) + coder + bytes([0x0C, 0x10, 0x00, 0x00]))
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + packed + header


# ---- office documents ----

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
SLIDES = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
ODF = ('xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
       'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
       'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"')
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPES = XML + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def docx(body, more=()):
    document = f"{XML}<w:document {WORD}><w:body>{body}</w:body></w:document>"
    return zipped([("[Content_Types].xml", TYPES), ("word/document.xml", document), *more])


def paragraph(*runs):
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


def xlsx(rows, strings):
    sheet = f"{XML}<worksheet {SHEET}><sheetData>{rows}</sheetData></worksheet>"
    table = "".join(f"<si><t>{each}</t></si>" for each in strings)
    return zipped([("[Content_Types].xml", TYPES),
                   ("xl/workbook.xml", f'{XML}<workbook {SHEET}><sheets><sheet name="Plan"/></sheets></workbook>'),
                   ("xl/worksheets/sheet1.xml", sheet),
                   ("xl/sharedStrings.xml", f"{XML}<sst {SHEET}>{table}</sst>")])


def pptx(*texts):
    shapes = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in texts)
    return zipped([("[Content_Types].xml", TYPES),
                   ("ppt/presentation.xml", f"{XML}<p:presentation {SLIDES}/>"),
                   ("ppt/slides/slide1.xml", f"{XML}<p:sld {SLIDES} {DRAWING}>{shapes}</p:sld>")])


def odf(body, manifest="", kind="text"):
    content = f"{XML}<office:document-content {ODF}><office:body>{body}</office:body></office:document-content>"
    head = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    return zipped([("mimetype", f"application/vnd.oasis.opendocument.{kind}"), ("content.xml", content),
                   ("META-INF/manifest.xml", f"{XML}{head}{manifest}</manifest:manifest>")])


# ---- compound files ([MS-CFB]) ----


def compound(streams):
    """Streams of (name, content) in a file with sectors of 512 bytes; small ones are made large."""
    sectors, table, entries = [], [], []

    def stored(content):
        if not content:
            return 0xFFFFFFFE
        first = len(sectors)
        for at in range(0, len(content), 512):
            sectors.append(content[at:at + 512].ljust(512, b"\0"))
            table.append(len(sectors))
        table[-1] = 0xFFFFFFFE
        return first

    def entry(name, kind, first, size):
        wide = (name + "\0").encode("utf-16-le")
        head = wide.ljust(64, b"\0") + struct.pack("<HBB", len(wide), kind, 1)
        return (head + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF)
                + bytes(36) + struct.pack("<IQ", first, size))

    for name, content in streams:
        content = content.ljust(4096, b"\0")
        entries.append(entry(name, 2, stored(content), len(content)))
    directory = stored(b"".join([entry("Root Entry", 5, 0xFFFFFFFE, 0), *entries]))
    tables = len(table) // 128 + 1
    first_table = len(sectors)
    table += [0xFFFFFFFD] * tables
    table += [0xFFFFFFFF] * (tables * 128 - len(table))
    packed = struct.pack(f"<{len(table)}I", *table)
    sectors += [packed[at:at + 512] for at in range(0, len(packed), 512)]
    difat = [first_table + i for i in range(tables)]
    header = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
              + struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, directory, 0, 4096,
                            0xFFFFFFFE, 0, 0xFFFFFFFE, 0, difat[0])[:-4])
    return header + struct.pack("<109I", *(difat + [0xFFFFFFFF] * (109 - tables))) + b"".join(sectors)


def word97(text, wide_text, encrypted=False):
    """Two pieces: one of 8 bits a character, one of 16."""
    narrow, wide = text.encode("cp1252"), wide_text.encode("utf-16-le")
    fib = bytearray(1024)
    struct.pack_into("<H", fib, 0, 0xA5EC)
    struct.pack_into("<H", fib, 10, 0x0200 | (0x0100 if encrypted else 0))
    ends = [0, len(text), len(text) + len(wide_text)]
    pieces = struct.pack("<3I", *ends)
    pieces += struct.pack("<HIH", 0, 0x40000000 | (1024 * 2), 0)
    pieces += struct.pack("<HIH", 0, 1024 + len(narrow), 0)
    clx = b"\x01\x02\x00zz\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<II", fib, 0x1A2, 64, len(clx))
    return compound([("WordDocument", bytes(fib) + narrow + wide), ("1Table", bytes(64) + clx)])


def record(kind, content):
    return struct.pack("<HH", kind, len(content)) + content


def excel97(encrypted=False):
    """"first" whole, "second" cut after three letters where the record ends, then numbers."""
    table = struct.pack("<II", 2, 2) + struct.pack("<HB", 5, 0) + b"first" + struct.pack("<HB", 6, 0) + b"sec"
    rest = b"\x01" + "ond".encode("utf-16-le")
    book = record(0x0809, bytes(16))
    if encrypted:
        book += record(0x002F, bytes(6))
    book += record(0x00FC, table) + record(0x003C, rest)
    book += record(0x00FD, struct.pack("<HHHI", 0, 0, 0, 0)) + record(0x00FD, struct.pack("<HHHI", 0, 1, 0, 1))
    book += record(0x0203, struct.pack("<HHHd", 1, 0, 0, 4111111111111111.0))
    book += record(0x027E, struct.pack("<HHHI", 1, 1, 0, (1234 << 2) | 2))
    return compound([("Workbook", book)])


def powerpoint97():
    def atom(kind, content, flags=0):
        return struct.pack("<HHI", flags, kind, len(content)) + content
    texts = atom(0x0FA8, b"narrow text") + atom(0x0FA0, "wide text".encode("utf-16-le"))
    return compound([("PowerPoint Document", atom(1000, atom(1010, texts, 0xF), 0xF))])


# ---- PDF ----


def pdf_of(objects, trailer=b""):
    """Objects from 1 on, the first the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Root 1 0 R/Size %d%s>>\n" % (len(objects) + 1, trailer)
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def stream(content, entries=b""):
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def pdf(content, font=b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", packed=False, trailer=b"", more=()):
    """One page with these operators, Flate-coded if packed."""
    body = stream(zlib.compress(content), b"/Filter/FlateDecode") if packed else stream(content)
    return pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                   b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
                   b"/Resources<</Font<</F 5 0 R>>>>>>", body, font, *more], trailer)


PASSWORD_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def rc4(key, data):
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)


def encrypted_pdf(password, text):
    """The standard security handler, revision 2 (PDF 1.7, 7.6.3): 40 bits."""
    padded = (password + PASSWORD_PADDING)[:32]
    identity = b"0123456789abcdef"
    owner = rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + struct.pack("<i", -4) + identity).digest()[:5]
    user = rc4(key, PASSWORD_PADDING)
    own_key = hashlib.md5(key + struct.pack("<I", 4)[:3] + b"\0\0").digest()[:10]
    content = rc4(own_key, b"BT /F 12 Tf 72 720 Td (%s) Tj ET" % text)
    handler = b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>" % (owner.hex().encode(), user.hex().encode())
    trailer = b"/Encrypt 6 0 R/ID[<%s><%s>]" % ((identity.hex().encode(),) * 2)
    return pdf(content, trailer=trailer, more=[handler])

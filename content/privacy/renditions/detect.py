"""What a file is, by what it holds and never by its name; a name that says otherwise is refused."""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache

import filetype

from content.collect import collect
from content.privacy.renditions import formats
from content.privacy.renditions.compound import MAGIC, Compound
from content.privacy.renditions.model import Format, Limits, Refused, Source
from content.privacy.renditions.packs import damaged, too_large

SUFFIXES: dict[str, str] = {  # kind as `sniff` gives it -> the endings that a name may have
    "xlsx": "xlsx xlsm xltx xltm et", "docx": "docx docm dotx dotm wps", "pptx": "pptx pptm potx potm ppsx ppsm dps",
    "xlsb": "xlsb", "ofd": "ofd", "odt": "odt ott", "ods": "ods ots", "odp": "odp otp", "zip": "zip", "pdf": "pdf",
    "doc": "doc dot wps wpt", "xls": "xls xlt et ett", "ppt": "ppt pot pps dps dpt", "rtf": "rtf doc",
    "jpg": "jpg jpeg jpe jfif", "png": "png", "gif": "gif", "bmp": "bmp dib", "tif": "tif tiff", "webp": "webp",
    "text": "csv tsv txt text tab",
}
_ACTIVE = "html htm xml mht mhtml svg js vbs bat cmd exe dll msi scr com jar apk class php jsp asp aspx py sh eml msg"
_OTHER = "rar 7z gz tar mp3 mp4 avi mov wmv psd dwg heic avif ico mdb db sqlite json vcf lnk iso"
_KNOWN = frozenset(" ".join((*SUFFIXES.values(), _ACTIVE, _OTHER)).split())
_MAIN = (
    (re.compile(rb"sheet\.binary\.macroEnabled\.main"), "xlsb"),
    (re.compile(rb"wordprocessingml\.(?:document|template)\.main|"
                rb"ms-word\.(?:document|template)\.macroEnabled"), "docx"),
    (re.compile(rb"spreadsheetml\.(?:sheet|template)\.main|ms-excel\.(?:sheet|template)\.macroEnabled"), "xlsx"),
    (re.compile(rb"presentationml\.(?:presentation|template|slideshow)\.main|"
                rb"ms-powerpoint\.(?:presentation|template|slideshow)\.macroEnabled"), "pptx"),
)
_ODF = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
_PICTURES = {"jpg", "png", "apng", "gif", "bmp", "tif", "webp"}
_SNIFFED = 1 << 16
ACCEPTED = "xlsx、docx、pptx、pdf、ofd、csv、txt、jpg、png、zip"


@cache
def known_formats() -> tuple[Format, ...]:
    """Every format family; those that take what nobody else wants (any text, any package) come last."""
    found = collect(formats, "FORMAT").values()
    return tuple(sorted(found, key=lambda each: each.name in ("zip", "csv", "txt", "text", "legacy")))


def format_of(source: Source, limits: Limits | None = None) -> Format:
    """The format family of a file. Raises `Refused`: damaged, large, nested, encrypted, misnamed, unknown."""
    check_size(source, limits or Limits())
    kind = sniff(source.data)
    if kind == "encrypted":
        raise Refused("encrypted", "文件加了密码，无法检查里面的内容：请取消密码后重新上传")
    _check_name(source.name, kind)
    for each in known_formats():
        if each.recognises(source):
            return each
    raise Refused("unknown", f"不认识这种文件，无法检查里面有没有个人信息：请另存为{ACCEPTED}之一后重新上传")


def check_size(source: Source, limits: Limits) -> None:
    """Raises `Refused` for a file that is empty, too large, or packed in too many others."""
    check_octets(len(source.data), limits)
    if source.depth > limits.depth:
        raise Refused("nested", f"压缩包里又套了压缩包，超过{limits.depth}层：请解开后分别上传")


def check_octets(size: int, limits: Limits) -> None:
    """The same of a file of which only the size is known yet."""
    if not size:
        raise Refused("damaged", "文件是空的：请检查后重新上传")
    if size > limits.octets:
        raise too_large(f"文件有{size / 1024 / 1024:.0f}兆，超过{limits.octets / 1024 / 1024:.0f}兆的上限")


def split_name(name: str) -> tuple[str, str]:
    """A file name without its ending, and the ending with its dot; empty where what follows a dot is no ending."""
    match = re.search(r"(?<=[^/\\])\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,5}$", name.rstrip())
    return (name[:match.start()], match[0]) if match else (name, "")


def _check_name(name: str, kind: str) -> None:
    suffix = split_name(name)[1][1:].lower()
    if suffix not in _KNOWN or suffix in SUFFIXES.get(kind, "").split():
        return
    if kind == "unknown" and suffix in (_ACTIVE + " " + _OTHER).split():
        raise Refused("unknown", f"不能公开“.{suffix}”文件：请另存为{ACCEPTED}之一后重新上传")
    said = "不是这种文件，或者已经损坏" if kind == "unknown" else f"是{'文本' if kind == 'text' else kind}文件"
    raise Refused("misnamed", f"文件名以“.{suffix}”结尾，内容却{said}：请用原来的软件打开，按正确的格式另存后重新上传")


def sniff(data: bytes) -> str:
    """The kind of a file by its octets: a key of `SUFFIXES`, encrypted, or unknown. Raises `Refused` ("damaged")."""
    if data.startswith(MAGIC):
        return Compound(data).kind
    if data.startswith(b"PK\x03\x04"):
        return _package(data)
    if data.startswith(b"PK"):
        raise damaged("压缩结构")
    if data.startswith(b"{\\rtf"):
        return "rtf"
    guessed = filetype.guess(data[:_SNIFFED])
    if guessed and guessed.extension in _PICTURES:
        return "png" if guessed.extension == "apng" else guessed.extension
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return "text" if guessed is None and _is_text(data) else "unknown"


def _package(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            names = set(file.namelist())
            if "[Content_Types].xml" in names:
                types = _opening(file, "[Content_Types].xml")
                return next((kind for pattern, kind in _MAIN if pattern.search(types)), "unknown")
            if "OFD.xml" in names:
                return "ofd"
            if "mimetype" in names:
                named = re.fullmatch(rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)"
                                     rb"(?:-template)?\s*", _opening(file, "mimetype"))
                return _ODF[named[1].decode()] if named else "unknown"
            return "zip"
    except Exception:  # whatever a broken package makes the library raise
        raise damaged("压缩结构") from None


def _opening(file: zipfile.ZipFile, name: str) -> bytes:
    if file.getinfo(name).flag_bits & 0x1:
        raise damaged("压缩结构")
    with file.open(name) as member:
        return member.read(1 << 20)


def _is_text(data: bytes) -> bool:
    """Whether octets are plain text in a usual encoding, and no markup or script that would be run."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codecs = ("utf-16",)
    elif b"\0" in data:
        return False
    else:
        codecs = ("utf-8-sig", "gb18030")
    for codec in codecs:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        return not re.match(r"\s*(?:<[!?A-Za-z]|MIME-Version:|%!PS|#!)", text) and not re.search(
            r"[\x01-\x08\x0e-\x1a\x1c-\x1f]", text)
    return False

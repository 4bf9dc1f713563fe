"""Makes archives of the files that the other makers make."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping

from tests.content.privacy.made import id_number
from tests.content.privacy.renditions.make_docx import random_docx
from tests.content.privacy.renditions.make_ofd import random_ofd


def archive(members: Mapping[str, bytes], *, comment: bytes = b"", extra: bytes = b"") -> bytes:
    """A ZIP file, names in UTF-8."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as file:
        file.comment = comment
        for name, data in members.items():
            entry = zipfile.ZipInfo(name)
            entry.extra, entry.comment, entry.compress_type = extra, comment, zipfile.ZIP_DEFLATED
            file.writestr(entry, data)
    return into.getvalue()


def random_zip(rng: random.Random) -> tuple[bytes, list[str]]:
    """An archive, perhaps within another, whose files, names and comment hold values; and the values."""
    members, values = {}, []
    for number in range(rng.randint(1, 2)):
        suffix, maker = rng.choice([(".docx", random_docx), (".ofd", random_ofd)])
        data, planted = maker(rng)
        values += planted
        name = f"{number}{suffix}"
        if rng.random() < 0.4:
            values.append(id_number(serial=f"{rng.randint(0, 999):03d}"))
            name = f"名单/{values[-1]}{name}"
        members[name] = data
    values.append(id_number(birth="19800101", serial=f"{rng.randint(0, 999):03d}"))
    made = archive(members, comment=values[-1].encode())
    return (archive({"内层.zip": made}), values) if rng.random() < 0.3 else (made, values)

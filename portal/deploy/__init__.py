"""Sample configurations for running it for real: nginx before it, systemd or containers around it.

The samples are files beside this one, in the words of their programs; what stands in them as `@{name}` is filled in
from the settings of an instance, so that headers, media types and limits are told once, in the application.
"""

from __future__ import annotations

import re
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import themes
from portal.accepted import HERE as LOCAL
from portal.accepted import public_names
from portal.headers import safety
from portal.i18n import DEFAULT, LANGUAGES
from portal.public.files import SHOWN
from portal.published.serving import ATTACHED, FEEDS
from portal.published.store import DAYS, ERRORS, FOLDERS, TYPES
from portal.rendering import YEAR
from portal.settings import Settings
from portal.variants import PUT

HERE = Path(__file__).parent
KINDS = {  # what is asked for -> the files that answer it
    "nginx": ("nginx.conf",),
    "systemd": ("gongkai.service", "gongkai-worker.service"),
    "container": ("Containerfile", "compose.yaml"),
}
_GAP = re.compile(r"@\{(\w+)\}")
_HTTPS = """server {
    %(listen)s
    server_name %(name)s;
    return 301 https://%(address)s$request_uri;
}
"""


@dataclass(frozen=True)
class Place:
    """What the settings do not know: where nginx listens (0 for the usual ports), and the files of its certificate."""

    port: int = 0
    certificate: str = "/etc/ssl/certs/gongkai.pem"
    key: str = "/etc/ssl/private/gongkai.key"


def filled(kind: str, settings: Settings, place: Place) -> dict[str, str]:
    """The configuration files of one kind, by name."""
    values = _values(settings, place)
    return {name: _GAP.sub(lambda gap: str(values[gap.group(1)]), (HERE / name).read_text(encoding="utf-8"))
            for name in KINDS[kind]}


def _values(settings: Settings, place: Place) -> dict[str, object]:
    home, tls = settings.home.resolve(), settings.behind_tls
    return {
        "home": home, "host": settings.host, "port": settings.port, "megabytes": settings.upload_megabytes,
        "program": shutil.which("gongkai", path=Path(sys.executable).parent) or shutil.which("gongkai") or "gongkai",
        "site": home / FOLDERS[DEFAULT.code], "errors": ERRORS, "days": DAYS,
        "nowhere": home / "nowhere",
        "static": themes.HERE / "default" / "static", "year": YEAR,
        "server_name": _server_name(settings), "listen": _listen(place, tls), "redirect": _redirect(settings, place),
        "languages": "\n".join(f"    {code} {home / FOLDERS[code]};" for code in LANGUAGES if code != DEFAULT.code),
        "variants": "|".join(PUT), "headers": _headers(settings),
        "types": _types(TYPES), "feed_types": _types(TYPES | FEEDS), "attached_types": _types(ATTACHED),
        "kept_types": _types(TYPES | ATTACHED),
        "shown": "|".join(suffix for suffix, kind in ATTACHED.items() if kind in SHOWN),
    }


def _server_name(settings: Settings) -> str:
    """All names under which the portal answers; nginx sends visitors of others to the first site that it has."""
    if (urlsplit(settings.base_url).hostname or "") in LOCAL:
        return "_"
    further = (each for each in settings.accepted_hosts.split() if each != "*")
    return " ".join(dict.fromkeys((*public_names(settings), *further)))


def _listen(place: Place, tls: bool) -> str:
    port, how = place.port or (443 if tls else 80), " ssl http2" if tls else ""
    lines = _both(port, how)
    if tls:
        lines += [f"ssl_certificate {place.certificate};", f"ssl_certificate_key {place.key};",
                  "ssl_protocols TLSv1.2 TLSv1.3;", "ssl_session_cache shared:gongkai:10m;",
                  "ssl_session_tickets off;", "ssl_prefer_server_ciphers off;"]
    return "\n    ".join(lines)


def _both(port: int, how: str = "") -> list[str]:
    """To listen on IPv4, and on IPv6 where this machine has it: nginx refuses to start where it has not."""
    lines = [f"listen {port}{how};"]
    try:
        with socket.socket(socket.AF_INET6):
            return [*lines, f"listen [::]:{port}{how};"]
    except OSError:
        return lines


def _redirect(settings: Settings, place: Place) -> str:
    if not settings.behind_tls or place.port:
        return ""
    names = _server_name(settings)
    address = "$host" if names == "_" else names.split()[0]  # whatever name somebody made up
    return _HTTPS % {"listen": "\n    ".join(_both(80)), "name": names, "address": address}


def _headers(settings: Settings) -> str:
    """The headers of `portal.headers`, of files and of what is said instead of them."""
    return "\n        ".join(f'add_header {name} "{value}" always;' for name, value in safety(settings).items())


def _types(types: dict[str, str]) -> str:
    return " ".join(f'"{kind}" {suffix};' for suffix, kind in types.items())

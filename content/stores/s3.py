"""An S3-compatible store: `s3://bucket/prefix?endpoint=https://s3.example:9000&region=cn-north-1`.

Requests are signed (SigV4) with the hash of what they carry, so that the store takes no damaged file; what comes back
is held against the hash in its key, and asked for again when it was cut short. Who asks is said in the environment
(`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`) or in a file of two lines, the key's id and the secret. Nothing else is
looked through for keys, neither a home folder nor the network.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from content.stores import BadStore, StoreProblem

CONNECT, READ = 5, 30  # seconds for which it is waited
ATTEMPTS = 4  # of each request, with a pause that doubles; of reading a file, at once
OPTIONS = frozenset({"endpoint", "region", "style"})
MISSING = frozenset({"NoSuchKey", "404"})


@dataclass(frozen=True)
class Credentials:
    """Who asks; never shown."""

    id: str = field(repr=False)
    secret: str = field(repr=False)

    @classmethod
    def load(cls, path: str) -> Credentials:
        """From the file at `path`, else from the environment. Raises `BadStore`."""
        if not path:
            found = (os.environ.get("AWS_ACCESS_KEY_ID", ""), os.environ.get("AWS_SECRET_ACCESS_KEY", ""))
        else:
            found = cls._read(Path(path))
        if len(found) != 2 or not all(found):
            raise BadStore("the store wants to know who asks: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                           "name in `blobs_secret_file` a file of two lines, the key's id and its secret")
        return cls(*found)

    @staticmethod
    def _read(path: Path) -> tuple[str, ...]:
        try:
            return tuple(path.read_text(encoding="utf-8").split())
        except OSError as problem:
            raise BadStore(f"{path} cannot be read: {problem.strerror}") from None


@dataclass(frozen=True)
class S3:
    """A bucket, or what lies below `prefix` in it. `style`: `path`, as most stores want it, or `virtual`."""

    bucket: str
    prefix: str
    credentials: Credentials
    endpoint: str | None = None
    region: str = "us-east-1"
    style: str = "path"
    name: ClassVar[str] = "s3"

    @classmethod
    def open(cls, address: str, secrets: str = "") -> S3:
        parts, options = urlsplit(address), dict(parse_qsl(urlsplit(address).query))
        if "@" in parts.netloc:
            raise BadStore("no keys in the address of a store: it is written into logs")
        if not parts.netloc or options.keys() - OPTIONS or options.get("style", "path") not in ("path", "virtual"):
            raise BadStore(f"write the store as s3://bucket/prefix?endpoint=…, with {', '.join(sorted(OPTIONS))}")
        prefix = parts.path.strip("/")
        return cls(parts.netloc, f"{prefix}/" if prefix else "", Credentials.load(secrets), **options)

    @cached_property
    def _client(self) -> Any:
        try:
            from botocore.config import Config
            from botocore.handlers import add_expect_header
            from botocore.session import Session
        except ImportError:
            raise BadStore("blobs in an S3 store need a library: pip install 'gongkai[s3]'") from None
        # Checksums beyond the signed hash are younger than most stores that speak this protocol.
        config = Config(signature_version="s3v4", connect_timeout=CONNECT, read_timeout=READ,
                        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                        s3={"addressing_style": self.style, "payload_signing_enabled": True},
                        request_checksum_calculation="when_required", response_checksum_validation="when_required")
        client = Session().create_client(
            "s3", region_name=self.region, endpoint_url=self.endpoint, config=config,
            aws_access_key_id=self.credentials.id, aws_secret_access_key=self.credentials.secret)
        # Our files are small: a store that does not know `Expect: 100-continue` would cost a second for each.
        client.meta.events.unregister("before-call.s3", add_expect_header)
        return client

    def put(self, key: str, data: bytes) -> None:
        self._ask(self._client.put_object, key, Body=data, ContentType="application/octet-stream")

    def get(self, key: str) -> bytes:
        """What has not the hash that its key says is asked for again: it may have been damaged on its way."""
        for _ in range(ATTEMPTS):
            data = self._read(key)
            if data is not None and hashlib.sha256(data).hexdigest() == key.rpartition("/")[2]:
                break
        if data is None:
            raise StoreProblem(f"the store of bucket {self.bucket} breaks off in the middle of a file")
        return data  # where it lies there damaged, whoever opens or verifies it will say so

    def _read(self, key: str) -> bytes | None:
        """None when it breaks off."""
        from botocore.exceptions import BotoCoreError

        body = self._ask(self._client.get_object, key)["Body"]
        try:
            with body:
                return body.read()
        except (BotoCoreError, OSError):
            return None

    def remove(self, key: str) -> None:
        self._ask(self._client.delete_object, key)

    def older(self, shelf: str, before: dt.datetime) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}{shelf}/")
        with _explained(self.bucket, f"{shelf}/"):
            return [each["Key"].removeprefix(self.prefix) for page in pages for each in page.get("Contents", ())
                    if each["LastModified"] < before]

    def _ask(self, call: Callable[..., Any], key: str, **more: Any) -> Any:
        with _explained(self.bucket, key):
            return call(Bucket=self.bucket, Key=self.prefix + key, **more)


@contextmanager
def _explained(bucket: str, key: str) -> Iterator[None]:
    """Only that the file is not there is no trouble of the store; of a refusal its code alone is told."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as problem:
        code = str(problem.response.get("Error", {}).get("Code", "unknown"))
        if code in MISSING:
            raise FileNotFoundError(2, "no such file in the store", key) from None
        raise StoreProblem(f"the store of bucket {bucket} refuses: {code}") from None
    except (BotoCoreError, OSError) as problem:
        raise StoreProblem(f"the store of bucket {bucket} does not answer: {type(problem).__name__}") from None


STORE = S3

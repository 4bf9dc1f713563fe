"""`python -m themes.locale`: compile the translations and say what has no English yet (exit status 1)."""

from __future__ import annotations

import sys

from themes import locale


def main() -> int:
    """Compile every domain, then list the texts that are missing as lines of a `.po` file."""
    for language, domain in locale.domains():
        target = locale.compiled(language, domain)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(locale.binary(locale.merged(language, domain)))
    gaps = locale.missing(locale.HERE.parents[1])
    for text, file in gaps.items():
        quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        print(f'#: {file}\nmsgid "{quoted}"\nmsgstr ""\n')
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main())

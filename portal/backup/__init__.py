"""Backups: a copy of an instance, taken while it runs, that can be checked and put back.

A folder of backups holds one folder a backup, named by its moment, and the blobs of all of them beside:

    DEST/20261123T021500Z/manifest.json     what it is, with the SHA-256 of each file and a keyed hash over all of it
    DEST/20261123T021500Z/database.sqlite   the database at one moment (`database.dump` of PostgreSQL)
    DEST/20261123T021500Z/blobs.txt         address and size of each blob of that moment
    DEST/20261123T021500Z/settings.toml     … and `secrets/`, only where that was asked for
    DEST/blobs/ab/abcd…                     the blobs, sealed as they are in the portal; each is copied once

- `making` takes one, `checking` looks whether it is whole, `restoring` makes an instance of it
- `manifest` what is written of it, `databases` how each kind of database is copied

A backup gets its name last of all: what a crash left is hidden (`.partial-…`) and is taken away by the next run. The
master key is left out by default, because whoever has it and the blobs reads everything that was ever sealed. What
is derived (search index, published pages) is left out too, and made again. Blobs are copied and never linked: a
second name for the same octets would share their damage.
"""

BLOBS, LIST, SETTINGS, SECRETS = "blobs", "blobs.txt", "settings.toml", "secrets"

"""Packages: everything that a portal has disclosed, in an open form (JSON Lines and files), to be brought elsewhere.

- `layout` what lies in a package, and its manifest; `docs/package.md` describes it for others
- `writing` makes one of a portal that goes on running
- `reading` opens one from anybody, within bounds, and believes nothing that it has not checked
- `bringing` makes its columns and documents in another portal

A package holds what the public may read, and no more: renditions, metadata, tombstones, columns and departments, and
of the journal the rows about them, with hashes that bind them into the chain. Originals, other revisions and words of
the journal are not in it, because what is open must not hold what was cut out: these move by `gongkai backup`.
"""

"""What the portal keeps, and what can be known of it.

`content` is the lowest floor: it knows no HTTP, no templates and no workflow. The floors above import it; it
imports none of them.

- `base` the database, SQLite and PostgreSQL alike; `collect` finds parts that are one file each
- `journal` the ordered, hash-chained record of all that happens
- `tree` columns (栏目) and the immutable picture of them; `people` departments, users, roles
- `documents` documents, revisions, renditions and the `live` row; `types` one file a document type
- `privacy` finds and cuts out personal data; `search` finds everything else
- `keys`, `blobs` the key store and the sealed, content-addressed files; `outbox` what leaves the house
- `calendar` working days; `repository` the questions that the portal asks, by name
"""

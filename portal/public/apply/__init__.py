"""依申请公开, the requester's side: what may be asked, the form, the receipt, the status page, a lost query code.

- `entry` explanation, organs, paper form; `filing` the form step by step; `receipt` number and query code, shown once
- `status` what number and code open; `answering` what the requester does there; `recovery` a lost query code
- `account` and `mail_link` an account of one's own, for who wants one; `mine` the cases that it shows
- helpers: `_questions` what is asked, `_steps` in which order, `_check` the last page, `_files` what is attached,
  `_ticket` against floods, `_known` who has shown number and code, `_account` who is logged in, `_mail` what he is
  mailed, `_account_forms` the forms of accounts, `_before` what he gave the last time

Nothing that names a person is in an address, a log or the session cookie; a form is carried from page to page in
hidden fields, so that the house keeps no drafts of people who never filed.
"""

from __future__ import annotations

import sys

from pyramid.config import Configurator

from content.collect import modules


def includeme(config: Configurator) -> None:
    for module in modules(sys.modules[__name__]):
        config.include(module)

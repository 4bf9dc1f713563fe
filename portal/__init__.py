"""How people and programs reach the portal.

- `wiring` what the application is made of, on one screen
- `settings`, `held`, `database`, `security`, `headers`, `errors` what every request passes through
- `traversal` from a URL to a column or a document; `public/` the citizens' views, `desk/` the staff's
- `channels/` feeds and mail; `followers/` what is derived from the journal; `worker`, `cli`

Nothing is imported here, so that a command that works on files alone starts without the web.
"""

import warnings

# Pyramid imports pkg_resources, and setuptools warns of that on standard error, where a command says one line or none.
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

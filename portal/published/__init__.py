"""Published pages: what the public reads as files, which any web server can serve with the application down.

- `store` where a page lies, how it is written and taken away
- `serving` how the application serves the same files itself, before session, routing and SQL
- `planning` which pages there are and which of them a change touches; `making` how they are made and written
- `building` all of them at once, or only compared; `withdrawing` what goes before anybody is answered
"""

FRESH = "gongkai.fresh"  # in the environment of a request: the application is to make the page anew
HELD = "published"  # what the application holds of them: `serving.Pages`

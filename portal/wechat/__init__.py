"""The server side of WeChat official accounts (微信公众号): how one talks to it, and what its answers mean.

`errors` knows every code and its treatment, `client` the calls, `tokens` the one access token that all processes
share, `signing` the signatures and the encrypted mode of callbacks, `checking` what works with an account. On these
stand `articles` and `covers`, which make of a rendition what WeChat takes, `pushing`, which carries a push out, and
`events` and `asking`, by which its result comes back. What may be pushed, and by whom it is signed off, is not known
here (`workflows.pushing`).
"""

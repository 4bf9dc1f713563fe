"""The class of requests, made once for an application, with all that its parts add to a request.

Pyramid makes it anew for each request, and of a class that was just made Python knows nothing: where its attributes
are, what was looked up in it before. All that touches the request costs the more for it.
"""

from __future__ import annotations

from functools import partial

from pyramid.config import Configurator
from pyramid.interfaces import IRequestExtensions, IRequestFactory
from pyramid.registry import Registry
from pyramid.request import Request, apply_request_extensions

_AFTER_ALL = 1  # Pyramid's last phase is 0


def make_class(registry: Registry) -> None:
    """Take what was added so far into one class, which the application then makes its requests of."""
    added, first = registry.queryUtility(IRequestExtensions), Request.blank("/")
    if added is None:
        return
    methods = dict(added.methods)
    added.methods.clear()
    apply_request_extensions(first, added)
    kind = type(first)
    for name, method in methods.items():
        setattr(kind, name, method)
    added.descriptors.clear()
    registry.registerUtility(kind, IRequestFactory)


def includeme(config: Configurator) -> None:
    config.action("the class of requests", partial(make_class, config.registry), order=_AFTER_ALL)

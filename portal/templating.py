"""A theme's templates as this process keeps them: compiled once, filled without asking Chameleon's slow questions."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import Any

from chameleon import PageTemplateFile, PageTemplateLoader
from chameleon.tal import RepeatDict
from chameleon.utils import Scope

import themes

_MISSING = object()
_get = dict.get


class _Scope(Scope):
    """The names of a template. It is copied for each macro and each slot, which Chameleon does name by name; with the
    iteration of a plain dict Python does it at once."""

    __slots__ = ()
    __iter__ = dict.__iter__

    def copy(self) -> _Scope:
        found = _Scope(self)
        found._root = getattr(self, "_root", self)
        return found

    def get(self, key: str, default: Any = None) -> Any:
        value = _get(self, key, _MISSING)
        if value is not _MISSING:
            return value
        root = getattr(self, "_root", None)
        return default if root is None else _get(root, key, default)

    def get_name(self, key: str) -> Any:
        value = _get(self, key, _MISSING)
        if value is _MISSING and (value := self.get(key, _MISSING)) is _MISSING:
            raise NameError(key)
        return value


class Page(PageTemplateFile):
    """A template file; `translate` is among the values with which it is filled."""

    def __init__(self, *values: Any, **named: Any) -> None:
        self._compiling = Lock()
        super().__init__(*values, **named)

    def cook_check(self) -> bool:
        """Compile what is not compiled. Of the threads that want it at once one does it and the others wait: a server
        that starts on a busy day would otherwise do everything as often as it has threads."""
        if self._cooked and not self.auto_reload:
            return False
        with self._compiling:
            return super().cook_check()

    def render(self, **values: Any) -> str:
        self.cook_check()
        scope = _Scope({"target_language": None, "repeat": RepeatDict({}), **values,
                        "__translate": values.get("translate", self.translate), "__decode": bytes.decode,
                        "__on_error_handler": None})
        stream, told = self.output_stream_factory(), {}
        try:
            self._render(stream, scope, told, target_language=None)
        except Exception as problem:
            for expression, line, column, file, _error in told.get("__error__", ()):
                problem.add_note(f"{expression.strip()} ({file}:{line}:{column})")
            raise
        return "".join(stream)


@cache
def templates(theme: str, auto_reload: bool = False) -> PageTemplateLoader:
    """The templates of a theme, with those of `default` behind them, compiled once for each process."""
    paths = [str(folder) for folder in themes.folders(theme, "templates")]
    formats = PageTemplateLoader.formats | {"xml": Page}
    return PageTemplateLoader(search_path=paths, formats=formats, auto_reload=auto_reload)

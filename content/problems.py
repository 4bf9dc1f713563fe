"""Problems that the person at the keyboard can mend: a message of one line that says what, where and what to do."""


class Trouble(Exception):
    """Base of what the command line tells in one line instead of a traceback; light to import on purpose."""


class StoreProblem(OSError):
    """The store of files does not do what it was asked: it is away, refuses, or is full. Later it may."""

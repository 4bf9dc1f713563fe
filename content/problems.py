"""Problems that the person at the keyboard can mend: a message of one line that says what, where and what to do."""


class Trouble(Exception):
    """Base of what the command line tells in one line instead of a traceback; light to import on purpose."""

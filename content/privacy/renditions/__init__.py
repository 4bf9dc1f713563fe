"""Renditions of files: what the public gets instead of an uploaded original, built anew from what may be seen.

A format family is one file of this folder and gives `FORMAT` (`model.Format`), found by itself. A file is typed by
what it holds, never by its name; *inspected* (what personal data is in it, what is hidden, what only an eye can
judge); *built* anew by the editor's decisions; and then read again by means that the builder does not use. Whoever
calls from outside goes through `worker`, which does all this in a process of its own with limits.
"""

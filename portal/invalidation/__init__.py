"""Hooks that are told which pages a change touched, one file each, found by themselves.

A file gives `HOOK`: called with the settings, it returns a function that takes a list of paths (`/doc/2026/3.html`),
or None where the settings do not ask for it. What a hook raises is tried again with the next look at the journal.
"""

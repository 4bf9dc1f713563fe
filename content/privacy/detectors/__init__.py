"""Detectors of personal data, one file each, found by themselves (content.collect).

Each file gives ``DETECTOR = Detector(name, find, wants)``: ``find(page)`` yields hits in the reading's offsets;
``wants`` are lower-case words without which there is nothing to find (empty: always asked). Files whose name
begins with an underscore are shared helpers.
"""

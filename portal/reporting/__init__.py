"""Statutory reports on paper: one report as headings, paragraphs and grids, written as HTML, Word or Excel."""

"""Personal data in what the county publishes: found, shown to the editor, cut out, and looked for once more.

Detectors (``detectors/``, one file each) read a *reading* of the text: escapes decoded, invisible characters and
inline tags gone, tables in columns. Findings lead back to the source, so that all the rest stays as it was.
Law: Regulation Art. 15 and 37; Personal Information Protection Law Art. 6, 25, 28.
"""

from content.privacy.html import HtmlFinding, annotate_html, rewrite_html, scan_html
from content.privacy.kinds import KINDS, Decision, Kind
from content.privacy.masks import mask_text, mask_value, name_mask, scan_record
from content.privacy.names import mask_names_html, mask_names_text, name_edits
from content.privacy.sanitise import has_embedded_pictures, plain_text, sanitise_html
from content.privacy.scan import Finding, scan_text
from content.privacy.verify import SecretMark, looks_secret, residual, value_key

__all__ = [
    "KINDS", "Decision", "Finding", "HtmlFinding", "Kind", "SecretMark", "annotate_html",
    "has_embedded_pictures", "looks_secret", "mask_names_html", "mask_names_text", "mask_text", "mask_value",
    "name_edits", "name_mask", "plain_text", "residual", "rewrite_html", "sanitise_html", "scan_html",
    "scan_record", "scan_text", "value_key",
]

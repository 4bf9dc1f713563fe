"""Reports, those of the law and those of supervision: figures counted from cases, documents, columns and findings."""

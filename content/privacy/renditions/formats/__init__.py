"""The format families, one file each; `FORMAT` in it is found by itself."""

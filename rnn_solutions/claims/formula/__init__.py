"""Our own TeX, read as a tree and worked out for what its symbols stand for."""

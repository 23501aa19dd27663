"""Powers of a matrix, how they grow, and what eigenvalues do not say."""

"""Models: how good, why, for whom, which version is meant, and as files for others."""

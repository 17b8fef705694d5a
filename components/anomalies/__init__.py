"""Models that find rows unlike the others."""

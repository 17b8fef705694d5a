"""Why a model answers as it does: over all, for one row, along one column, and where it fails."""

"""What lasts: metadata, dataset snapshots, artifacts and secrets of one home."""

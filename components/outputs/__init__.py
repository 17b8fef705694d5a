"""What leaves a pipeline."""

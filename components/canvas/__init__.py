"""What stands on the canvas and nowhere else."""

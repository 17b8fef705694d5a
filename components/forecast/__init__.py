"""What comes next in series of numbers over time."""

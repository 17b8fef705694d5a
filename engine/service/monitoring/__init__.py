"""What is watched of endpoints, and who is told."""

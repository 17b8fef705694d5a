"""What people may like, from what they liked."""

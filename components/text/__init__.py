"""What texts are about."""

"""What happens: check, plan, run, train, score."""

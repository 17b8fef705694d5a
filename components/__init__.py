"""What a pipeline's nodes can be."""

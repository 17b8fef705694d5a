"""Pages that leave a pipeline: HTML with everything in it, and nothing that runs or loads."""

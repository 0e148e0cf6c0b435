"""What outlives a request: the models and the latest traces."""

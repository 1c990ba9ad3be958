"""What may run, and the permits that open a stream."""

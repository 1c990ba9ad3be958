"""The only place that sees pixels: frames in, observations out."""

"""Streams in: files, RTSP and the synthetic city, under a permit."""

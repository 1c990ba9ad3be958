"""Honest figures: detections measured against labelled clips."""

"""Proves a recording: makes every recorded call again and compares; runs functions of torch alone."""

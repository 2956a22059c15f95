"""Geometry only: ranks, order, places and routes of boxes and edges."""

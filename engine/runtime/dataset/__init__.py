"""Looks into the data of a training plan before anything is trained on it."""

"""Qt-free models that hold the truth of the window: document, playhead, selection."""

"""Steps as tracks with the playhead."""

"""Windows on top of the window: files, export, gallery, keys, about."""

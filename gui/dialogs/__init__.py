"""Export, gallery, command palette, shortcut sheet."""

"""What sees torch at work and appends to the log: function modes, hooks, patches, and marks in the program's text."""

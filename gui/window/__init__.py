"""The frame around the panels: top bar, columns, notices and status bar; it places and knows no behaviour."""

"""Small shared widgets: chips, value cells, sparklines, icon buttons."""

"""The person's text: parsing, spans, names, diagnostics, the catalogue of examples."""

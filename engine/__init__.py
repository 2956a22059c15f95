"""Chainrule's engine: records what torch computes, explains it and prepares it for drawing. Knows no Qt."""

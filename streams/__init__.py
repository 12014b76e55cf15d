"""Qawl (قول): who said what, live from Arabic news."""

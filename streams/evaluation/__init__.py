"""How well extraction does on texts that people have annotated."""

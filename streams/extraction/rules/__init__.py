"""What rules propose, with generous recall: cues, and with each the ways to read what it reports and who says it.

`proposals.py` puts them together; which of them are statements is learned (`choices/`).
"""

"""Choices that examples make better than rules: rules propose, linear models learned from annotated articles choose.

One file a choice, each a class or function over one article and the features that it weighs; `training/choices.py`
learns them all.
"""

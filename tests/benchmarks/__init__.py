"""Benchmarks, run by hand: `python -m tests.benchmarks.extraction`, `python -m tests.benchmarks.pipeline`.

They measure and print, they assert nothing about time: a machine's load would make such a test fail at random.
"""

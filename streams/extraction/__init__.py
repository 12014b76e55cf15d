"""The pure core: text in, immutable values out."""

from streams.extraction.pipeline import Enrichment, ExtractionFailed, Extractor

__all__ = ["Enrichment", "ExtractionFailed", "Extractor"]

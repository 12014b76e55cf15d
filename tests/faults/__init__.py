"""The proof of exactly-once: real processes, faults at random from a seed, and a comparison of what came out."""

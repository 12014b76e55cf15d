"""The Faust agents: thin shells that read a record, call the pure core and hand the result to delivery."""

"""Sources, each over a real broker; their formats without one."""

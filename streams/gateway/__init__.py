"""The gateway: statements as server-sent events and as JSON over HTTP, and the page that people read."""

"""How the shipped models were made. Nothing here runs in the worker; see each script's docstring for its command."""

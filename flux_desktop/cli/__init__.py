"""`flux-stress`, the command-line front end: flags, terminal output and exit statuses over engine and reports."""

"""The site as a whole: settings, root addresses, health, logs, backups."""

# The same as in pyproject.toml; a test holds the two together.
VERSION = "0.1.0"

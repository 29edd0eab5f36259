"""The whole site in one file, and back: the database and the captured copies."""

# The project's commands. Each sets up what it needs first; a second run skips what is there.
.PHONY: help run test check bench soak

help:
	@echo "make run     the site on http://127.0.0.1:8000 (HOST, PORT and DATABASE_URL are honored)"
	@echo "make test    every test, on SQLite, PostgreSQL and in a browser"
	@echo "make check   lint, types, templates, migrations, deployment settings, content"
	@echo "make bench   the benchmark"
	@echo "make soak    what is too long for every test: LibreOffice, random steps, kills, crowds, scans"

run:
	@bash scripts/python -m scripts.run

test:
	@bash scripts/python -m scripts.run_tests

check:
	@bash scripts/python -m scripts.check

bench:
	@bash scripts/python -m scripts.set_up
	@.venv/bin/python -m bench

soak:
	@bash scripts/python -m scripts.soak

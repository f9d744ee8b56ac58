# Start with `make run` and `make test`; `make check` runs all checks of CI.
# Only Python 3.11 or newer is needed; `PYTHON=python3.12 make run` uses another Python.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run serve push up down test coverage check lint types imports drift deploy-check format docs requirements canary clean

run: $(VENV)/.runtime
	@exec $(BIN)/python manage.py run

# What runs in production: REST over WSGI, and live push if REDIS_URL is set.
serve: $(VENV)/.runtime
	@exec $(BIN)/python manage.py serve

# Live push for REST servers in other processes with the same REDIS_URL.
push: $(VENV)/.runtime
	@exec $(BIN)/python manage.py push

# The containers, with TLS if there is a certificate (docs/containers.md).
CERTIFICATE := $(wildcard proxy/certificates/fullchain.pem)
COMPOSE := docker compose --env-file .env.production --file compose.yaml \
	$(if $(CERTIFICATE),--file compose.tls.yaml)
# The public host name; it is written into .env.production when that file is created.
SITE ?= localhost

# Start everything in containers, from an image built here: web, worker, beat, PostgreSQL, Redis, proxy.
up:
	@$(PYTHON) containers/production_env.py $(SITE)
	$(COMPOSE) build web
	$(COMPOSE) up --detach --wait
	@sed -n 's/^PUBLIC_URL=/Running at /p' .env.production

# Stop the containers. The data stays in volumes.
down:
	$(COMPOSE) down

test: $(VENV)/.development
	@exec $(BIN)/python -m tests.suite $(ARGS)

coverage: $(VENV)/.development
	@COVERAGE=1 exec $(BIN)/python -m tests.suite

# The tests on the next Django, in a separate environment, with deprecation warnings as errors. Needs Python
# 3.12 or newer. Warnings that can't be avoided are ignored: MAILERS, the new way to send mails, doesn't exist
# in Django 5.2, and the admin's theme is a third-party package.
UNAVOIDABLE := -W "ignore:The EMAIL_" -W "ignore:get_connection() is" -W "ignore:Overriding get_action_choices()"
canary:
	$(MAKE) VENV=.venv-canary .venv-canary/.development
	.venv-canary/bin/python -m pip install --quiet "Django~=6.1.0"
	.venv-canary/bin/python -m tests.suite \
		-W error::DeprecationWarning -W error::PendingDeprecationWarning $(UNAVOIDABLE) $(ARGS)

# The tests come last, so that the output ends with their summary.
check: lint types imports drift deploy-check test

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --configfile pyproject.toml --recursive --quiet .
	$(BIN)/python -m pip check --disable-pip-version-check
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose*.yaml .devcontainer/compose.yaml

types: $(VENV)/.development
	$(BIN)/mypy .

imports: $(VENV)/.development
	$(BIN)/lint-imports

# Check that the generated files in the repository match what the code generates.
drift: $(VENV)/.development
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --fail-on-warn --validate --file $(VENV)/openapi.yaml
	diff -u docs/openapi.yaml $(VENV)/openapi.yaml
	$(BIN)/python manage.py draw_states --check

# The full environment of a production server.
deploy-check: $(VENV)/.development
	DEBUG=0 ALLOWED_HOSTS=example.org PUBLIC_URL=https://example.org NUM_PROXIES=1 DEMO_DATA=0 \
	DATABASE_URL=postgres://user@localhost/name REDIS_URL=redis://localhost \
	FRONTEND_URL=https://app.example.org CORS_ALLOWED_ORIGINS=https://app.example.org \
	EMAIL_URL=smtp+tls://user:password@mail.example.org:587 DEFAULT_FROM_EMAIL=hello@example.org \
	ZOOM_ACCOUNT_ID=a ZOOM_API_KEY=b ZOOM_API_SECRET=c ZOOM_WEBHOOK_SECRET=d \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	$(BIN)/python manage.py check --deploy --fail-level WARNING

format: $(VENV)/.development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.development
	$(BIN)/python manage.py spectacular --fail-on-warn --validate --file docs/openapi.yaml
	$(BIN)/python manage.py draw_states

# Pin the dependencies in pyproject.toml, for every Python and operating system, with the hash of each file.
# Pinned versions stay; `make requirements ARGS=--upgrade` pins the newest allowed ones.
COMPILE := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make requirements"
requirements: $(VENV)/.development
	$(COMPILE) pyproject.toml --output-file requirements.txt $(ARGS)
	$(COMPILE) pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt $(ARGS)
	$(COMPILE) --group bench --constraint requirements-dev.txt --output-file bench/requirements.txt $(ARGS)

clean:
	rm -rf $(VENV) db.sqlite3* media staticfiles

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, for example: PYTHON=python3.12 make $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.development: requirements.txt requirements-dev.txt | $(BIN)/python
	$(INSTALL) -r requirements-dev.txt
	@touch $(VENV)/.runtime $@

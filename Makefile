# `make help` dice qué hace cada cosa. En una máquina nueva basta con Python 3.11 o posterior y make.
PYTHON ?= python3
BIN := .venv/bin
SHELL := /bin/bash

.PHONY: help env run test test-fast check bench soak lock clean
.DEFAULT_GOAL := help

help: ## Muestra esta ayuda
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

env: .venv/.listo ## Prepara solo el entorno (.venv) con el comando .venv/bin/puntual

.venv/.listo: requirements.lock pyproject.toml tools/entorno.py
	@$(PYTHON) tools/entorno.py requirements.lock
	@touch $@

.venv/.pruebas: .venv/.listo requirements-test.lock
	@$(PYTHON) tools/entorno.py requirements-test.lock
	@touch $@

run: env ## Demostración completa: cartera, un día de cobranza y la web en http://127.0.0.1:8000
	@$(BIN)/puntual demo --serve

test: .venv/.pruebas ## Todas las pruebas: SQLite, PostgreSQL y navegador (lo que falte se instala o se dice)
	@$(BIN)/python tools/pruebas.py

test-fast: .venv/.pruebas ## Solo las pruebas sin navegador ni servidores
	@$(BIN)/pytest -m "not journey and not fault and not postgres" -n 2

check: .venv/.pruebas ## Estilo, tipos y fronteras de la casa
	@$(BIN)/ruff check src tests tools
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: env ## Mide la corrida de la noche con un millón de documentos en SQLite
	@$(BIN)/puntual bench daily-run --invoices 1000000

soak: .venv/.pruebas ## La cuenta completa: historias al azar de la ley, y 10,000 mensajes en la tormenta
	@PUNTUAL_SOAK=1 $(BIN)/pytest -m soak tests/properties/test_gate_properties.py
	@PUNTUAL_STORM_MESSAGES=10000 PUNTUAL_STORM_KILLS=40 PUNTUAL_STORM_SPEED=15 $(BIN)/pytest -s tests/faults/test_message_storm.py

lock: ## Vuelve a resolver las dependencias con sus huellas (necesita uv)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements.in -o requirements.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements-test.in -c requirements.lock -o requirements-test.lock

clean: ## Borra el entorno (no toca los datos)
	@rm -rf .venv

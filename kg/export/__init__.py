"""Exports: parts of a store as files, one module per family of formats."""

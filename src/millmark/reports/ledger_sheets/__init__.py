"""Sheets of the ledger: a template for each kind, imports told row by row before anything is kept, lists on their way
out."""

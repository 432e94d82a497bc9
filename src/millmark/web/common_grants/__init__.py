"""Calls, applications, forms and awards in the shapes of the CommonGrants protocol (https://commongrants.org)."""

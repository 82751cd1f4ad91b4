"""Aurelia Health, an invented company whose account is judged by the demo: what it has, and what has to be found."""

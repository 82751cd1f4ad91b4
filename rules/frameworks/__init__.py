"""
The table of framework mappings: which entries of which framework each rule answers to, and who says so.

A module for each duty has the rows of its rules, by rule id. Rules read their row; no row reads a rule.
"""

"""Runbooks of AWS Systems Manager Automation for the fixes that are safe, and how AWS Config offers them."""

"""Approval of what units enter: its states, whose hands a figure went through, its steps."""

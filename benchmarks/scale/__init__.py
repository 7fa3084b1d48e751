"""A database of realistic size, and what it takes to read it beside one of one agency."""

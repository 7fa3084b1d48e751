"""Many people, large databases, several hosts."""

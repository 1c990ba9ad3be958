"""The rules of the procedure, one small function each, by what they are about."""

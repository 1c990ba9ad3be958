"""What laws and cities allow, refuse and ask for, as data that the gate cannot load past."""

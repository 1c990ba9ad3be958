"""The procedure: who decides what, in which order, and what each step has to bring."""

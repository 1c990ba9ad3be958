"""What is shown to an operator, and what the operator decides."""

"""What a city puts up: notices of what was voted, and the signs in the street."""

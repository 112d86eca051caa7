"""Data protection: find what is stored about a person, and erase it here and at every provider."""

"""The contract's documents: read once into values, written from values."""

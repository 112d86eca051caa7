"""What the tests and the proofs share."""

"""What `tests/browser` and `proofs/browser` share: Chromium, the programs, and what people do at their pages."""

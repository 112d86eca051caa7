"""Long, seeded proofs of the promises, each run as `python -m proofs.NAME`. Not shipped."""

"""The long proofs, each run as `python -m proofs.NAME`."""

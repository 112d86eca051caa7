"""Every page in every state, and every case of the pages that needs a browser: `python -m proofs.browser`."""

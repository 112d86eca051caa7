"""Where Carloop is, and with which token: environment, file, keyring, settings page, check."""

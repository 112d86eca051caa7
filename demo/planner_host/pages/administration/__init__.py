"""The pages of the administration: settings, accounts, data protection, the audit log."""

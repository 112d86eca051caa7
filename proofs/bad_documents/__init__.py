"""Bad documents into every hook: what is fed, what became of it, and the command."""

"""Bad documents into every hook."""

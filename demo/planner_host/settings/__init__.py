"""A provider's settings, drawn from its JSON Schema."""

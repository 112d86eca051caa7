"""What an author of a provider would otherwise write again."""

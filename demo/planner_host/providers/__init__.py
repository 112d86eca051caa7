"""What the planner keeps and knows of its mobility providers: filters, open changes, the form of their settings."""

"""What the planner keeps about its mobility providers: filters, titles of offers, changes and their outcomes."""

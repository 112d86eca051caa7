"""What a new planner starts with: customers and cars as a DMS exports them, and some weeks of appointments."""

"""What hostile answers cost a planner's process in time and memory, and whether the token is sent to another origin."""

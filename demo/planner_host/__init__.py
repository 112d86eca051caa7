"""The reference planner host: a workshop planner's pages, for any mobility provider."""

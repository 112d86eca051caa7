"""The REST calls of the planner interface: read a request strictly, do it, answer as `openapi.json` says."""

"""The planner's pages, one module each: `routes(program)` returns the module's routes."""

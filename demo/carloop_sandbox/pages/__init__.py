"""The sandbox's pages, one module each: `routes(program)` gives the module's routes."""

"""A Carloop to develop against: the REST interface of `schemas/mobility_schemas/carloop/openapi.json`, for real."""

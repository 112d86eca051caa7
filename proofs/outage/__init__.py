"""An outage of Carloop under load: what planners ask meanwhile, what they are told, and what is true afterwards."""

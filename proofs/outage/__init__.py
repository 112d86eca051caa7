"""An outage of Carloop under load: the planners' requests and answers meanwhile, and the state afterwards."""

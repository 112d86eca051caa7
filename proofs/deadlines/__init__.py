"""How long after its deadline a call ends when it is blocked, in the host kit and in the client."""

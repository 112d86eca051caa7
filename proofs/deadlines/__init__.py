"""How long after its deadline a call ends: what stops it, in the host kit and in the client, and the command."""

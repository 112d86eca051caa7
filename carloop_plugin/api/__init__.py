"""All that knows Carloop's wire: `session.CarloopSession` is the port `Carloop` over HTTP."""

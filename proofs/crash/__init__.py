"""Kill the plugin, its recovery and Carloop at every step."""

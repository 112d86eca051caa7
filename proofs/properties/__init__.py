"""Properties tried on many generated examples."""

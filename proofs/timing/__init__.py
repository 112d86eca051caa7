"""What only a quiet machine can measure, run alone."""

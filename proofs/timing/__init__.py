"""What only an idle machine can measure, run alone."""

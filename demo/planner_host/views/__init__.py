"""What the templates show, filled in: every text in the page's language, every decision made."""

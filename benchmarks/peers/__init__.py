"""What the product is compared with: the same work, done the way a competent person would write it."""

"""What the product is compared with: the same answers, from the same tables, by other means."""

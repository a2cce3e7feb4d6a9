"""Who gets a free trial product, what it caused, and what the reports say. Pure."""

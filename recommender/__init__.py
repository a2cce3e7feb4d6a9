"""What each person needs next, and what they do not need yet. Pure: tables in, tables out."""

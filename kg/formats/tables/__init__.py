"""Tables: KGX, and spreadsheets."""

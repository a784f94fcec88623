"""What formats of others share: reading them within bounds, and the account of what was lost on the way."""

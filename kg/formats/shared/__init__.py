"""What all formats share: reading within bounds, drafting a mechanism, the account of losses."""

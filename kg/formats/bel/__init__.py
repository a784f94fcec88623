"""BEL: scripts, node-link JSON, JGIF."""

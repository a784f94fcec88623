"""What everything else speaks of: the mechanism, its words, its texts, and complaints about them."""

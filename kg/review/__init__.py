"""What a curator does with a file that is right: see what changed, add a source."""

"""What is published: the exports of every mechanism, all or nothing."""
